// rondo predict: the network alone, what Keras computes from the same arrays.
#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>

#include "files.h"
#include "model/model_state.h"
#include "rondo/io/npy.h"
#include "verbs.h"

namespace rondo::cli {

namespace {

// One time step at a time, all rows of a block side by side; what comes out is what the whole sequence gives.
Array stream(const Model& model, const Array& given, Index rows_at_once) {
  const auto in_words = [](const std::vector<Shape>& shapes) {
    std::string text;
    for (const Shape& s : shapes) text += (text.empty() ? "" : ", ") + s.text();
    return text;
  };
  if (model.input_shapes().size() != 1 || model.output_shapes().size() != 1 || model.input_shapes()[0].rank() != 3) {
    rondo::fail(Code::unsupported,
                "--stream needs a model with one input (samples, time steps, features) and one output; this one takes " +
                    in_words(model.input_shapes()) + " and gives " + in_words(model.output_shapes()) +
                    ". Leave --stream out to feed whole sequences.");
  }
  if (model.internal().stateful())
    rondo::fail(
        Code::unsupported,
        "--stream runs samples side by side, and this model is stateful: it carries the state of one batch into the next. "
        "Leave --stream out to feed whole sequences.");
  const Array x = given.reshape(checked_inputs(model.internal(), {given}, "X").front());
  const Index samples = x.shape()[0], steps = x.shape()[1], features = x.shape()[2];
  const Shape whole = model.output_shapes()[0], step = model.step_shape(model.state(1));
  const bool sequences = step.rank() == whole.rank() && step.rank() > 2 && step[1] == 1 && whole[1] != 1;
  std::vector<Index> sizes(step.begin(), step.end());
  sizes[0] = samples;
  if (sequences) sizes[1] = steps;
  Array y{Shape(sizes)};
  const Index width = step.elements();  // of one time step of one sample
  std::vector<real> now(static_cast<std::size_t>(checked_mul(std::min(samples, rows_at_once), features)));
  for (Index first = 0; first < samples; first += rows_at_once) {
    const Index rows = std::min(rows_at_once, samples - first);
    State state = model.state(rows);
    for (Index t = 0; t < steps; ++t) {
      for (Index b = 0; b < rows; ++b) {
        std::copy_n(x.data() + ((first + b) * steps + t) * features, features, now.data() + b * features);
      }
      const auto out = model.step({now.data(), static_cast<std::size_t>(rows * features)}, state);
      if (out.empty()) {  // a value that a layer cannot work with, an id without a row: whole sequences say which
        model.predict(x);
        fail(Code::internal, "a time step gives nothing, the whole sequence does");
      }
      for (Index b = 0; b < rows; ++b) {
        real* to = y.data() + (sequences ? ((first + b) * steps + t) * width : (first + b) * width);
        std::copy_n(out.data() + b * width, width, to);
      }
    }
  }
  return y;
}

class Predict : public Verb {
 public:
  std::string name() const override { return "predict"; }
  std::string about() const override { return "what the network makes of arrays: the numbers Keras computes"; }
  std::vector<std::string> examples() const override {
    return {"rondo predict model.keras --input X.npy --output Y.npy",
            "rondo predict model.keras --input X.npy --output Y.npy --stream",
            "rondo predict two_inputs.keras --input X0.npy --input X1.npy --output Y.npy --batch-size 64 --threads 2"};
  }
  void declare(Arguments& arguments) override {
    arguments.positional("MODEL.keras", model_, "the model");
    arguments.required_texts("--input", "X.npy", inputs_, "an input array; several times, in the model's order");
    arguments.required_texts("--output", "Y.npy", outputs_, "where the output goes; several times for several outputs");
    arguments.count("--batch-size", batch_size_, 1, 1'000'000'000, "samples at once; changes no number");
    arguments.count("--threads", threads_, 1, 256, "threads; changes no number (default: one a core)");
    arguments.flag("--stream", stream_, "feed one time step at a time, carrying the state");
  }

  int run(Console& console) override {
    std::vector<Named> taken{{"the model", model_}};
    for (const auto& path : inputs_) taken.push_back({"--input", path});
    for (const auto& path : outputs_) {
      check_output({"--output", path}, taken);
      if (std::string kind = std::filesystem::path(path).extension().string(); !kind.empty()) {
        std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return std::tolower(c); });
        for (const char* other : {".csv", ".tsv", ".txt", ".json", ".npz", ".parquet", ".h5", ".keras"})
          if (kind == other)
            throw UsageError("--output is written as a NumPy array: give '" + escaped(path) +
                             "' a name that ends in .npy, or none of another kind");
      }
      taken.push_back({"another --output", path});
    }
    const Model model = read_model(model_, false, console);
    const auto expect = [&](const char* flag, std::size_t given, std::size_t wanted) {
      if (given != wanted) {
        throw UsageError("the model has " + std::to_string(wanted) + (wanted == 1 ? " " : " different ") + (flag + 2) +
                         (wanted == 1 ? "" : "s") + ": give " + flag + " " + std::to_string(wanted) +
                         (wanted == 1 ? " time, not " : " times, not ") + std::to_string(given));
      }
    };
    expect("--input", inputs_.size(), model.input_shapes().size());
    expect("--output", outputs_.size(), model.output_shapes().size());

    std::vector<Array> x;
    for (std::size_t i = 0; i < inputs_.size(); ++i) x.push_back(read_input(model, i, inputs_[i], console));
    const Index samples = x.front().ndim() ? x.front().shape()[0] : 0;
    const Index at_once = std::clamp<Index>(batch_size_, 1, std::max<Index>(samples, 1));

    const auto start = std::chrono::steady_clock::now();
    std::vector<Array> y;
    std::vector<Named> named;
    for (const auto& path : inputs_) named.push_back({"X", path});
    naming_files(named, [&] {
      if (stream_) {
        y.push_back(stream(model, x.front(), at_once));
      } else {
        PredictOptions options;
        options.batch_size = at_once;
        options.threads = static_cast<int>(threads_.value_or(0));
        y = model.predict_all(Arrays(x), options);
      }
    });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    {
      const Uninterrupted writing;
      for (std::size_t i = 0; i < y.size(); ++i) save_npy(outputs_[i], y[i]);
    }
    std::string text;
    for (std::size_t i = 0; i < y.size(); ++i) text += escaped(outputs_[i]) + ": " + y[i].shape().text() + "\n";
    console.result(text, {{"verb", "predict"},
                          {"model", model_},
                          {"inputs", named_shapes(inputs_, x)},
                          {"outputs", named_shapes(outputs_, y)},
                          {"samples", samples},
                          {"stream", stream_},
                          {"seconds", seconds}});
    return Exit::done;
  }

 private:
  std::string model_;
  std::vector<std::string> inputs_, outputs_;
  Index batch_size_ = 32;
  std::optional<Index> threads_;
  bool stream_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_predict() { return std::make_unique<Predict>(); }

}  // namespace rondo::cli
