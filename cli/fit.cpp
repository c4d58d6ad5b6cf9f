// rondo fit: goes on training a model file.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "files.h"
#include "interrupt.h"
#include "io/file.h"
#include "progress.h"
#include "rondo/interop/keras.h"
#include "verbs.h"

namespace rondo::cli {

namespace {

Json::Object history_json(const History& history) {
  Json::Object out;
  for (const auto& [key, values] : history.history) out.emplace_back(key, Json::list(values, [](double v) { return Json(v); }));
  return out;
}

class Fit : public Verb {
 public:
  std::string name() const override { return "fit"; }
  std::string about() const override { return "goes on training a model, also one that Keras saved"; }
  std::vector<std::string> examples() const override {
    return {
        "rondo fit model.keras --x X.npy --y Y.npy --epochs 5 --out new.keras",
        "rondo fit model.keras --x X.npy --y Y.npy --epochs 3 --no-shuffle --optimizer adam --loss mse --learning-rate 0.01 "
        "--out new.keras --history history.json",
        "rondo fit model.keras --x X.npy --y Y.npy --epochs 20 --validation-split 0.2 --seed 7 --threads 2 --out new.keras"};
  }
  void declare(Arguments& arguments) override {
    arguments.positional("MODEL.keras", model_, "the model to start from; it is not changed");
    arguments.required_texts("--x", "X.npy", x_, "an input array; several times, in the model's order");
    arguments.required_texts("--y", "Y.npy", y_, "the targets; several times for several outputs");
    arguments.count("--epochs", epochs_, 1, 1'000'000'000, "how many times to go through the samples", true);
    arguments.count("--batch-size", batch_size_, 1, 1'000'000'000, "samples in one step");
    arguments.flag("--no-shuffle", no_shuffle_, "take the samples in their order");
    arguments.text("--optimizer", "O", optimizer_,
                   "adam, adamw, sgd, rmsprop, ...; starts afresh (default: the file's, with its state)");
    arguments.number("--learning-rate", learning_rate_, 0, false, std::numeric_limits<double>::infinity(),
                     "of the optimizer (default: the file's, or the optimizer's own)");
    arguments.text("--loss", "L", loss_, "mse, mae (default: the file's)");
    arguments.number("--validation-split", validation_split_, 0, true, 1,
                     "the part of the samples, from the end, that is not trained on");
    arguments.count("--threads", threads_, 1, 256, "threads; changes no number (default: one a core)");
    arguments.count("--seed", seed_, 0, std::numeric_limits<Index>::max(), "of the order of the samples");
    arguments.required_text("--out", "NEW.keras", out_, "where the trained model goes");
    arguments.text("--history", "history.json", history_, "where losses and metrics of each epoch go: Keras's History.history");
  }

  int run(Console& console) override {
    check_paths(console);
    std::string extra;  // a forecaster's framing goes on with it
    Model model = read_model(model_, true, console, &extra);
    compile(model);
    const auto read = [&](const std::vector<std::string>& paths) {
      std::vector<Array> arrays;
      for (const auto& path : paths) arrays.push_back(read_array(path, console));
      return arrays;
    };
    const std::vector<Array> x = read(x_), y = read(y_);
    const Index samples = x.front().ndim() ? x.front().shape()[0] : 0;

    FitOptions options;
    options.batch_size = std::clamp<Index>(batch_size_, 1, std::max<Index>(samples, 1));
    options.epochs = *epochs_;
    options.validation_split = validation_split_.value_or(0);
    options.shuffle = !no_shuffle_;
    options.seed = static_cast<std::uint64_t>(seed_);
    options.threads = static_cast<int>(threads_.value_or(0));
    show_progress(console, options);

    const auto start = std::chrono::steady_clock::now();
    Interrupt interrupt;
    options.stop = &interrupt.requested();
    std::vector<Named> named;
    for (const auto& path : x_) named.push_back({"X", path});
    for (const auto& path : y_) named.push_back({"y", path});
    const History history = naming_files(named, [&] { return model.fit(Arrays(x), Arrays(y), options); });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    interrupt.writing();
    save_model(model, out_, {.extra = extra});
    if (history_) write_file_atomic(*history_, Json(history_json(history)).text() + "\n");
    return report(console, model, history, samples, seconds);
  }

 private:
  // Every output is tried now: a name that cannot be written must not cost an hour of training.
  void check_paths(Console& console) const {
    std::vector<Named> taken{{"the model", model_}};
    for (const auto& path : x_) taken.push_back({"--x", path});
    for (const auto& path : y_) taken.push_back({"--y", path});
    check_output({"--out", out_}, taken);
    taken.push_back({"--out", out_});
    if (history_) check_output({"--history", *history_}, taken);
    if (!out_.ends_with(".keras")) console.note("Keras opens only names that end in .keras; '" + out_ + "' does not");
  }

  void compile(Model& model) const {
    if (!model.compiled() && !(optimizer_ && loss_)) {
      throw UsageError("'" + escaped(model_) + "' has no compile settings: give " +
                       (optimizer_ ? "--loss, for example --loss mse"
                        : loss_    ? "--optimizer, for example --optimizer adam"
                                   : "--optimizer and --loss, for example --optimizer adam --loss mse"));
    }
    if (optimizer_ || loss_) {
      CompileOptions options = model.compile_options();
      if (optimizer_) options.optimizer = OptimizerRef(*optimizer_);
      if (loss_) options.loss = LossRef(*loss_);
      model.compile(options);
    }
    if (learning_rate_) model.optimizer()->set_learning_rate(*learning_rate_);
  }

  int report(Console& console, const Model& model, const History& history, Index samples, double seconds) const {
    char digest[20];
    std::snprintf(digest, sizeof digest, "%016llx", static_cast<unsigned long long>(model.weights_digest()));
    std::string text = escaped(out_) + ": trained for " + std::to_string(history.epoch.size()) +
                       (history.epoch.size() == 1 ? " epoch" : " epochs");
    for (const auto& [key, values] : history.history) {
      char buffer[60];
      if (!values.empty()) std::snprintf(buffer, sizeof buffer, " %.6g", values.back());
      if (!values.empty()) text += ", " + escaped(key) + buffer;
    }
    text += "\n";
    if (history.interrupted) console.note("interrupted: the model so far is in '" + out_ + "'");
    console.result(text, {{"verb", "fit"},
                          {"model", model_},
                          {"out", out_},
                          {"samples", samples},
                          {"epochs", static_cast<Index>(history.epoch.size())},
                          {"history", history_json(history)},
                          {"optimizer", model.optimizer()->class_name()},
                          {"learning_rate", model.optimizer()->learning_rate},
                          {"loss", model.loss()->key()},
                          {"weights_digest", digest},
                          {"interrupted", history.interrupted},
                          {"seconds", seconds}});
    return history.interrupted ? Exit::interrupted : Exit::done;
  }

  std::string model_, out_;
  std::vector<std::string> x_, y_;
  std::optional<Index> epochs_, threads_;
  Index batch_size_ = 32, seed_ = 0;
  bool no_shuffle_ = false;
  std::optional<std::string> optimizer_, loss_, history_;
  std::optional<double> learning_rate_, validation_split_;
};

}  // namespace

std::unique_ptr<Verb> make_fit() { return std::make_unique<Fit>(); }

}  // namespace rondo::cli
