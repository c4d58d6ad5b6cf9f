// rondo fit: goes on training a model file.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "callback_arguments.h"
#include "compile_arguments.h"
#include "files.h"
#include "interrupt.h"
#include "io/file.h"
#include "key_values.h"
#include "numbers.h"
#include "progress.h"
#include "rondo/interop/keras.h"
#include "verbs.h"

namespace rondo::cli {

namespace {

Json::Object history_json(const History& history) {
  Json::Object out;
  for (const std::string& key : history.keys)
    out.emplace_back(key, Json::list(history.history.at(key), [](double v) { return Json(v); }));
  return out;
}

class Fit : public Verb {
 public:
  std::string name() const override { return "fit"; }
  std::string about() const override { return "goes on training a model, also one that Keras saved"; }
  std::vector<std::string> examples() const override {
    return {"rondo fit model.keras --x X.npy --y Y.npy --epochs 5 --out new.keras",
            "rondo fit model.keras --x X.npy --y Y.npy --epochs 3 --no-shuffle --optimizer adam:clipnorm=1 --loss mse "
            "--learning-rate 0.01 --out new.keras --history history.json",
            "rondo fit model.keras --x X.npy --y Y.npy --epochs 20 --validation-split 0.2 --seed 7 --threads 2 --out new.keras "
            "--early-stopping patience=3,restore_best_weights=true --checkpoint best.keras --checkpoint-settings "
            "save_best_only=true "
            "--csv-log log.csv",
            "rondo fit two_outputs.keras --x X2.npy --y Y0.npy --y Y1.npy --epochs 2 --optimizer sgd --loss level=mse --loss "
            "path=mae "
            "--loss-weights level=1,path=0.5 --metrics path=mse --out new.keras",
            "rondo fit model.keras --x X.npy --y Y.npy --epochs 3 --out new.keras --optimizer adam "
            "--schedule cosine_decay:initial_learning_rate=0.01,decay_steps=1000",
            "rondo fit model.keras --x X.npy --y Y.npy --epochs 9 --out new.keras --backup backup --sample-weight W.npy"};
  }
  void declare(Arguments& arguments) override {
    arguments.positional("MODEL.keras", model_, "the model to start from; it is not changed");
    arguments.required_texts("--x", "X.npy", x_, "an input array; several times, in the model's order");
    arguments.required_texts("--y", "Y.npy", y_, "the targets; several times for several outputs");
    arguments.required_text("--out", "NEW.keras", out_, "where the trained model goes");
    arguments.count("--epochs", epochs_, 1, most, "how many times to go through the samples", true);
    arguments.count("--initial-epoch", initial_epoch_, 0, most,
                    "the epoch to begin with, counted from 0: of --epochs the rest");
    arguments.count("--batch-size", batch_size_, 1, most, "samples in one step");
    arguments.count("--steps-per-epoch", steps_per_epoch_, 1, most, "batches in an epoch; the next goes on where it ended");
    arguments.flag("--no-shuffle", no_shuffle_, "take the samples in their order");
    compile_.declare_optimizer(arguments);
    compile_.declare_losses(arguments);
    arguments.texts(
        "--sample-weight", "W.npy", sample_weight_,
        "weights of the loss: (samples) or (samples, time steps), as its shape says; once, or once for each output");
    arguments.text("--class-weight", "0=1,1=5", class_weight_, "weights of the loss by the class of the target");
    arguments.number("--validation-split", validation_split_, 0, true, 1,
                     "the part of the samples, from the end, that is not trained on");
    arguments.texts("--validation-x", "X.npy", validation_x_, "inputs to validate with; once for each, like --x");
    arguments.texts("--validation-y", "Y.npy", validation_y_, "their targets");
    arguments.texts("--validation-sample-weight", "W.npy", validation_weight_, "their weights");
    arguments.text("--validation-freq", "N", validation_freq_, "validate every N epochs, or after epochs 1,4,9 (default 1)");
    arguments.count("--validation-steps", validation_steps_, 1, most, "batches in a validation (default: all)");
    arguments.count("--validation-batch-size", validation_batch_size_, 1, most,
                    "samples in one of them (default: --batch-size)");
    callbacks_.declare(arguments);
    arguments.count("--threads", threads_, 1, 256, "threads; changes no number (default: one a core)");
    arguments.count("--seed", seed_, 0, std::numeric_limits<Index>::max(), "of the order of the samples");
    arguments.text("--history", "history.json", history_, "where losses and metrics of each epoch go: Keras's History.history");
  }

  int run(Console& console) override {
    FitOptions options = fit_options();
    check_paths(console);
    std::string extra;  // a forecaster's framing goes on with it
    Model model = read_model(model_, true, console, &extra);
    compile_.apply(model, model_, true);
    const auto read = [&](const std::vector<std::string>& paths, bool inputs = false) {
      std::vector<Array> arrays;
      for (const auto& path : paths)
        arrays.push_back(inputs ? read_input(model, arrays.size(), path, console) : read_array(path, console));
      return arrays;
    };
    const std::vector<Array> x = read(x_, true), y = read(y_), weights = read(sample_weight_);
    const Index samples = x.front().ndim() ? x.front().shape()[0] : 0;
    options.batch_size = std::clamp<Index>(batch_size_, 1, std::max<Index>(samples, 1));
    if (!weights.empty()) options.sample_weight = Arrays(weights);
    if (!validation_x_.empty()) {
      options.validation_data = {Arrays(read(validation_x_, true)), Arrays(read(validation_y_)), {}};
      if (!validation_weight_.empty()) options.validation_data->sample_weight = Arrays(read(validation_weight_));
    }
    for (std::size_t i = 0; i < weights.size(); ++i) note_negative(weights[i], sample_weight_[i], console);
    options.callbacks = callbacks_.all;
    if (callbacks_.backup) {
      options.callbacks.push_back(LambdaCallback({.on_train_begin = [&](Model&) {
        if (const auto from = callbacks_.backup->resumed_epoch)
          console.note("going on in epoch " + std::to_string(*from + 1) + ", from '" + callbacks_.backup->file() + "'");
      }}));
    }
    show_progress(console, options);

    const auto start = std::chrono::steady_clock::now();
    Interrupt interrupt;
    options.stop = &interrupt.requested();
    std::vector<Named> named;
    const auto name_all = [&](const char* what, const std::vector<std::string>& paths) {
      for (const auto& path : paths) named.push_back({what, path});
    };
    name_all("X", x_), name_all("y", y_), name_all("sample_weight", sample_weight_);
    name_all("--validation-x", validation_x_), name_all("--validation-y", validation_y_);
    const History history = naming_files(named, [&] { return model.fit(Arrays(x), Arrays(y), options); });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    interrupt.writing();
    save_model(model, out_, {.extra = extra});
    if (history_) write_file_atomic(*history_, Json(history_json(history)).text() + "\n");
    return report(console, model, history, samples, weights, seconds);
  }

 private:
  static constexpr Index most = 1'000'000'000;

  // What needs no file is checked before one is read.
  FitOptions fit_options() const {
    FitOptions options;
    options.epochs = *epochs_;
    options.initial_epoch = initial_epoch_;
    if (initial_epoch_ >= *epochs_)
      throw UsageError("--initial-epoch " + std::to_string(initial_epoch_) + " leaves nothing of --epochs " +
                       std::to_string(*epochs_) +
                       ": epochs are counted from 0, and --epochs is the last one's number, not how many more");
    options.steps_per_epoch = steps_per_epoch_;
    options.validation_split = validation_split_.value_or(0);
    options.validation_steps = validation_steps_;
    options.validation_batch_size = validation_batch_size_;
    options.shuffle = !no_shuffle_;
    options.seed = static_cast<std::uint64_t>(seed_);
    options.threads = static_cast<int>(threads_.value_or(0));
    if (validation_x_.empty() != validation_y_.empty())
      throw UsageError(std::string(validation_x_.empty() ? "--validation-y" : "--validation-x") + " is given without " +
                       (validation_x_.empty() ? "--validation-x" : "--validation-y"));
    if (!validation_x_.empty() && validation_split_)
      throw UsageError("--validation-split and --validation-x are two ways to say what to validate with: give one");
    if (!validation_weight_.empty() && validation_x_.empty())
      throw UsageError(
          "--validation-sample-weight is given without --validation-x; with --validation-split the weights of those "
          "samples are in --sample-weight");
    if (validation_x_.empty() && !validation_split_.value_or(0) &&
        (validation_freq_ || validation_steps_ || validation_batch_size_))
      throw UsageError(
          std::string(validation_freq_    ? "--validation-freq"
                      : validation_steps_ ? "--validation-steps"
                                          : "--validation-batch-size") +
          " is given, but nothing to validate with: give --validation-split, or --validation-x and --validation-y");
    if (validation_freq_) {
      std::vector<Index> numbers;
      for (const std::string& part : parts_of(*validation_freq_)) {
        const auto number = whole_of(part, 1);
        if (!number)
          throw UsageError("--validation-freq is a number of epochs from 1 on, or epochs 1,4,9; not '" +
                           escaped(*validation_freq_) + "'");
        numbers.push_back(*number);
      }
      if (numbers.empty()) throw UsageError("--validation-freq is empty");
      options.validation_freq = numbers.size() == 1 ? ValidationFreq(numbers[0]) : ValidationFreq(numbers);
    }
    if (class_weight_) {
      if (!sample_weight_.empty()) throw UsageError("--class-weight and --sample-weight both weigh the samples: give one");
      const std::string how =
          "--class-weight is CLASS=WEIGHT,CLASS=WEIGHT with classes 0, 1, ...; not '" + escaped(*class_weight_) + "'";
      if (*class_weight_ == "on") throw UsageError(how);
      const KeyValues given("--class-weight", *class_weight_);
      for (const auto& [key, value] : given.all()) {
        const auto number = whole_of(key, 0);
        const auto weight = number_of(value);
        if (!number || !weight) throw UsageError(how);
        options.class_weight[*number] = *weight;
      }
    }
    return options;
  }

  // Every output is tried now: a name that cannot be written must not cost an hour of training.
  void check_paths(Console& console) {
    std::vector<Named> taken{{"the model", model_}};
    const auto take = [&](const char* flag, const std::vector<std::string>& paths) {
      for (const auto& path : paths) taken.push_back({flag, path});
    };
    take("--x", x_), take("--y", y_), take("--sample-weight", sample_weight_);
    take("--validation-x", validation_x_), take("--validation-y", validation_y_);
    take("--validation-sample-weight", validation_weight_);
    take_output({"--out", out_}, taken);
    if (history_) take_output({"--history", *history_}, taken);
    callbacks_.make(taken, !validation_x_.empty() || validation_split_.value_or(0) > 0);
    if (!out_.ends_with(".keras")) console.note("Keras opens only names that end in .keras; '" + out_ + "' does not");
  }

  // Keras takes them, too: they are told, not refused.
  static void note_negative(const Array& weights, const std::string& path, Console& console) {
    const auto values = weights.values();
    const Index negative = std::count_if(values.begin(), values.end(), [](real v) { return v < 0; });
    if (negative > 0)
      console.note("'" + path + "': " + grouped(negative) + " of " + grouped(weights.size()) +
                   " weights are negative: the model is trained to make the loss there larger");
  }

  // How the library understood --sample-weight.
  static std::string weights_text(const std::vector<Array>& weights, Index samples) {
    std::string out;
    for (const Array& array : weights) {
      const bool of_samples = array.shape() == Shape{samples} || array.shape() == Shape{samples, 1};
      out += (out.empty() ? "" : ", ") + std::string(of_samples ? "samples" : "time steps");
    }
    return out;
  }

  int report(Console& console, const Model& model, const History& history, Index samples, const std::vector<Array>& weights,
             double seconds) const {
    char digest[20];
    std::snprintf(digest, sizeof digest, "%016llx", static_cast<unsigned long long>(model.weights_digest()));
    const auto epochs = static_cast<Index>(history.epoch.size());
    std::string text = escaped(out_) + ": trained for " + std::to_string(epochs) + (epochs == 1 ? " epoch" : " epochs");
    for (const std::string& key : history.keys) text += ", " + escaped(key) + " " + score(history.history.at(key).back());
    text += "\n";
    if (!weights.empty()) text += "--sample-weight: one weight for each of the " + weights_text(weights, samples) + "\n";
    const auto& early = callbacks_.early_stopping;
    const bool stopped = early && early->stopped_epoch > 0;
    if (stopped)
      text += "stopped early after epoch " + std::to_string(early->stopped_epoch + 1) + "; the best was epoch " +
              std::to_string(early->best_epoch + 1) + "\n";
    if (callbacks_.checkpoint && !callbacks_.checkpoint->last_path.empty())
      text += "last checkpoint: " + escaped(callbacks_.checkpoint->last_path) + "\n";
    const Index wanted =
        *epochs_ - (callbacks_.backup && callbacks_.backup->resumed_epoch ? *callbacks_.backup->resumed_epoch : initial_epoch_);
    const bool terminated = !history.interrupted && !stopped && epochs < wanted;
    if (terminated)
      console.note("numbers were no longer finite: the model as it was after the last finished step is in '" + out_ + "'");
    if (history.interrupted) {
      console.note("interrupted: the model so far is in '" + out_ + "'" +
                   (callbacks_.backup ? "; the same command goes on from its backup" : ""));
    }
    console.result(text,
                   {{"verb", "fit"},
                    {"model", model_},
                    {"out", out_},
                    {"samples", samples},
                    {"sample_weight", weights.empty() ? Json() : Json(weights_text(weights, samples))},
                    {"epochs", epochs},
                    {"history", history_json(history)},
                    {"optimizer", model.optimizer()->class_name()},
                    {"learning_rate", model.optimizer()->learning_rate},
                    {"loss", model.loss()->key()},
                    {"resumed_epoch",
                     callbacks_.backup && callbacks_.backup->resumed_epoch ? Json(*callbacks_.backup->resumed_epoch) : Json()},
                    {"stopped_epoch", stopped ? Json(early->stopped_epoch) : Json()},
                    {"best_epoch", early ? Json(early->best_epoch) : Json()},
                    {"checkpoint", callbacks_.checkpoint ? Json(callbacks_.checkpoint->last_path) : Json()},
                    {"weights_digest", digest},
                    {"terminated_on_nan", terminated},
                    {"interrupted", history.interrupted},
                    {"seconds", seconds}});
    return history.interrupted ? Exit::interrupted : Exit::done;
  }

  std::string model_, out_;
  std::vector<std::string> x_, y_, sample_weight_, validation_x_, validation_y_, validation_weight_;
  std::optional<Index> epochs_, threads_, steps_per_epoch_, validation_steps_, validation_batch_size_;
  Index batch_size_ = 32, seed_ = 0, initial_epoch_ = 0;
  bool no_shuffle_ = false;
  std::optional<std::string> class_weight_, validation_freq_, history_;
  std::optional<double> validation_split_;
  CompileArguments compile_;
  CallbackArguments callbacks_;
};

}  // namespace

std::unique_ptr<Verb> make_fit() { return std::make_unique<Fit>(); }

}  // namespace rondo::cli
