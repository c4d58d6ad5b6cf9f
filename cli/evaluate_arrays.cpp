#include "evaluate_arrays.h"

#include <algorithm>
#include <chrono>

#include "files.h"
#include "numbers.h"

namespace rondo::cli {

void EvaluateArrays::declare(Arguments& arguments) {
  arguments.texts("--x", "X.npy", x_, "an input array instead of a table; several times, in the model's order");
  arguments.texts("--y", "Y.npy", y_, "the targets of --x; several times for several outputs");
  compile_.declare_losses(arguments);
  arguments.texts("--sample-weight", "W.npy", sample_weight_,
                  "weights of the loss: (samples) or (samples, time steps), as its shape says; once, or once for each output");
  arguments.count("--batch-size", batch_size_, 1, 1'000'000'000, "samples at once (default 32)");
  arguments.count("--steps", steps_, 1, 1'000'000'000, "batches (default: all)");
}

void EvaluateArrays::refuse_for_a_table() const {
  const char* flag = compile_.given()          ? "--loss, --loss-weights, --metrics and --weighted-metrics are"
                     : !sample_weight_.empty() ? "--sample-weight is"
                     : batch_size_             ? "--batch-size is"
                     : steps_                  ? "--steps is"
                                               : nullptr;
  if (flag)
    throw UsageError(std::string(flag) + " for arrays, given by --x and --y; a forecaster on a table is scored in its own way");
}

int EvaluateArrays::run(const std::string& path, const std::optional<Index>& threads, Console& console) const {
  if (x_.empty() || y_.empty())
    throw UsageError(x_.empty() ? "--y is given without --x" : "--x is given without --y: there is nothing to compare with");
  const auto start = std::chrono::steady_clock::now();
  Model model = read_model(path, true, console);
  compile_.apply(model, path, false);
  std::vector<Named> named;
  const auto read = [&](const char* what, const std::vector<std::string>& paths) {
    std::vector<Array> arrays;
    for (const auto& one : paths) {
      arrays.push_back(&paths == &x_ ? read_input(model, arrays.size(), one, console) : read_array(one, console));
      named.push_back({what, one});
    }
    return arrays;
  };
  const std::vector<Array> x = read("X", x_), y = read("y", y_), weights = read("sample_weight", sample_weight_);
  const Index samples = x.front().ndim() ? x.front().shape()[0] : 0;
  EvaluateOptions options;
  options.batch_size = std::clamp<Index>(batch_size_.value_or(32), 1, std::max<Index>(samples, 1));
  options.steps = steps_;
  options.threads = static_cast<int>(threads.value_or(0));
  if (!weights.empty()) options.sample_weight = Arrays(weights);
  const Logs logs = naming_files(named, [&] { return model.evaluate(Arrays(x), Arrays(y), options); });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  std::size_t width = 0;
  for (const auto& [key, value] : logs) width = std::max(width, key.size());
  const Index evaluated = std::min(samples, checked_mul(steps_.value_or(samples), options.batch_size));
  std::string text = escaped(path) + " on " + grouped(evaluated) + (evaluated == 1 ? " sample\n" : " samples\n");
  Json::Object values;
  for (const auto& [key, value] : logs) {
    text += "  " + escaped(key) + std::string(width - key.size(), ' ') + "  " + score(value) + "\n";
    values.emplace_back(key, value);
  }
  console.result(text, {{"verb", "evaluate"},
                        {"model", path},
                        {"x", named_shapes(x_, x)},
                        {"y", named_shapes(y_, y)},
                        {"samples", evaluated},
                        {"logs", std::move(values)},
                        {"seconds", seconds}});
  return Exit::done;
}

}  // namespace rondo::cli
