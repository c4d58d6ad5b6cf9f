#include "plan_table.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>

#include "core/memory.h"
#include "files.h"
#include "layers/base/building.h"
#include "machine.h"
#include "numbers.h"
#include "rondo/interop/keras.h"
#include "screen.h"

namespace rondo::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Index measured = 3;              // steps, unless
constexpr double enough = 4;               // seconds have gone by: then as many as there are
constexpr Index written = Index{1} << 28;  // bytes up to which the model file is made, to be measured

double seconds(Clock::duration d) { return std::chrono::duration<double>(d).count(); }

// Takes the time of steps until there are enough of them.
class Stopwatch : public Callback {
 public:
  void on_batch_begin(Index, Model&) override {
    if (ends.empty()) ends.push_back(Clock::now());
  }
  void on_batch_end(Index, const Logs&, Model&) override {
    ends.push_back(Clock::now());
    if (seconds(ends.back() - ends.front()) > enough) stop_training = true;
  }
  std::vector<Clock::time_point> ends;  // of steps; the first is a beginning
};

// Seconds of one epoch, and how many steps they were measured by: training steps, then the validation part.
double epoch_seconds(Model& model, const Split& parts, const Recipe& recipe, Index& steps_taken) {
  const auto watch = std::make_shared<Stopwatch>();
  const Index batch = std::min(recipe.batch_size, parts.train.samples());
  FitOptions options;
  options.batch_size = batch;
  options.epochs = (measured + 1 + parts.train.samples() / batch - 1) / std::max<Index>(parts.train.samples() / batch, 1);
  options.callbacks = {watch};
  options.threads = recipe.threads;
  const Index whole = std::min(measured + 1, parts.train.samples() / batch) * batch;  // full batches only
  model.fit(parts.train.slice(0, whole), options);
  std::vector<double> steps;
  for (std::size_t i = 1; i < watch->ends.size(); ++i) steps.push_back(seconds(watch->ends[i] - watch->ends[i - 1]));
  if (steps.size() > 1) steps.erase(steps.begin());  // the first one warms up
  std::sort(steps.begin(), steps.end());
  steps_taken = static_cast<Index>(steps.size());
  double out = steps[steps.size() / 2] * static_cast<double>(parts.train.samples()) / static_cast<double>(batch);
  if (parts.validation.samples() > 0) {
    const Part some = parts.validation.slice(0, std::min(batch * steps_taken, parts.validation.samples()));
    const auto begin = Clock::now();
    model.evaluate(some, {.batch_size = batch, .threads = recipe.threads});
    const Index judged = std::min(parts.validation.samples(), judged_windows);
    out += seconds(Clock::now() - begin) * static_cast<double>(judged) / static_cast<double>(some.samples());
  }
  return out;
}

// The bytes of the file that train would write.
Index file_bytes(const Forecaster& forecaster, const Memory& training) {
  const Index numbers = forecaster.model.count_params() * static_cast<Index>(sizeof(real)) + training.optimizer;
  if (numbers > written) return numbers;  // what else is in the file is nothing beside them
  SaveOptions options;
  options.extra = framing_json(forecaster.framing, forecaster.scaler);
  return static_cast<Index>(save_model(forecaster.model, options).size());
}

}  // namespace

Json::Object memory_json(const Memory& memory) {
  return {{"weights", memory.weights},     {"gradients", memory.gradients},
          {"optimizer", memory.optimizer}, {"activations", memory.activations},
          {"saved", memory.saved},         {"scratch", memory.scratch},
          {"total", memory.total()}};
}

std::string memory_text(const Memory& training, const Memory& inference) {
  std::string text = std::string(14, ' ') + right("training", 22) + right("inference", 22) + "\n";
  const auto line = [&](const char* what, Index a, Index b) {
    text += left(what, 14) + right(grouped(a), 22) + right(grouped(b), 22) + "\n";
  };
  line("weights", training.weights, inference.weights);
  line("gradients", training.gradients, inference.gradients);
  line("optimizer", training.optimizer, inference.optimizer);
  line("activations", training.activations, inference.activations);
  line("saved", training.saved, inference.saved);
  line("scratch", training.scratch, inference.scratch);
  line("total, bytes", training.total(), inference.total());
  return text + std::string(14, ' ') + right(bytes_text(training.total()), 22) + right(bytes_text(inference.total()), 22) +
         "\n";
}

int plan_table(Settings& settings, Console& console) {
  settings.check();
  const Recipe& recipe = settings.recipe;
  const Series series = read_series(settings.data, settings.dates);
  if (!settings.target && !series.table.number_names().empty()) {
    settings.target = series.table.number_names().back();
    if (series.table.number_names().size() > 1)
      console.note("no --target: planned for the last number column, '" + *settings.target + "'");
  }
  const Frame windows = frame(series.table, settings.framing(series));
  const Split parts = split(windows, settings.parts());
  const Framing& f = windows.framing();

  // Where training starts does not change what it costs: zeros stand for the ridge autoregression and for weights that would
  // be drawn.
  Ridge zeros;
  zeros.inputs = f.lookback * static_cast<Index>(f.features.size());
  zeros.outputs = f.horizon * static_cast<Index>(f.targets.size());
  zeros.weights.resize(static_cast<std::size_t>(zeros.inputs * zeros.outputs));
  zeros.bias.resize(static_cast<std::size_t>(zeros.outputs));
  const auto undrawn = [&] {
    const BuildHook hook([](Layer&) {});
    return make_forecaster(parts, recipe, zeros);
  };
  Forecaster forecaster{undrawn(), f, parts.scaler(), 1, {}};
  MemoryOptions options;
  options.batch_size = std::min(recipe.batch_size, parts.train.samples());
  options.threads = recipe.threads;
  const Memory training = forecaster.model.memory(options);
  options.training = false;
  const Memory inference = forecaster.model.memory(options);
  const Machine here = machine();
  const Index table = 8 * windows.rows() * static_cast<Index>(series.table.number_names().size());
  const bool fits = training.total() <= here.memory;
  Index steps = 0;
  const double epoch = fits ? epoch_seconds(forecaster.model, parts, recipe, steps) : std::numeric_limits<double>::quiet_NaN();
  const Index file = fits ? file_bytes(forecaster, training) : 0;
  const double all = epoch * static_cast<double>(recipe.epochs);

  const Screen shown = screen();
  std::string text = escaped(settings.data) + "\n" + field("windows", windows.text(), shown.width);
  for (const auto& [name, part] :
       {std::pair{"train", &parts.train}, {"validation", &parts.validation}, {"test", &parts.test}}) {
    text += field(name,
                  rows_text(series, part->first_row(), part->end_row()) + ", " + grouped(part->samples()) +
                      (part->samples() == 1 ? " window" : " windows"),
                  shown.width);
  }
  text += field("network",
                escaped(recipe.network.layers) + " -> " + std::to_string(f.horizon) +
                    (f.horizon == 1 ? " value; " : " values; ") + grouped(forecaster.model.count_params()) + " parameters",
                shown.width);
  text += "\n" + memory_text(training, inference) + "\n";
  text +=
      field("table", bytes_text(table) + " of numbers, in memory throughout; windows are gathered batch by batch", shown.width);
  if (fits) {
    text += field("model file", bytes_text(file), shown.width);
    text += field("an epoch",
                  "about " + duration_text(epoch) + ", from " + std::to_string(steps) +
                      (steps == 1 ? " measured step of " : " measured steps of ") + grouped(options.batch_size) + " windows",
                  shown.width);
    text +=
        field("training",
              "about " + duration_text(all) + " for " + grouped(recipe.epochs) + (recipe.epochs == 1 ? " epoch" : " epochs") +
                  (recipe.patience > 0 ? ", sooner if the validation loss stops falling" : ""),
              shown.width);
  }
  if (here.memory > 0) {
    text +=
        field("this machine",
              "has " + bytes_text(here.memory) + " of memory, " + bytes_text(here.available) + " of it free now: training " +
                  (training.total() + table <= here.available ? "fits"
                   : fits                                     ? "does not fit now"
                                                              : "does not fit"),
              shown.width);
  }
  const auto part = [&](const Part& p) {
    return Json::Object{{"rows", rows_json(series, p.first_row(), p.end_row())}, {"windows", p.samples()}};
  };
  console.result(
      text, {{"verb", "plan"},
             {"data", settings.data},
             {"rows", windows.rows()},
             {"target", f.targets.front()},
             {"features", Json::strings(f.features)},
             {"lookback", f.lookback},
             {"horizon", f.horizon},
             {"windows", windows.samples()},
             {"split",
              Json::Object{{"train", part(parts.train)}, {"validation", part(parts.validation)}, {"test", part(parts.test)}}},
             {"layers", recipe.network.layers},
             {"parameters", forecaster.model.count_params()},
             {"batch_size", options.batch_size},
             {"training", memory_json(training)},
             {"inference", memory_json(inference)},
             {"table_bytes", table},
             {"file_bytes", fits ? Json(file) : Json()},
             {"epochs", recipe.epochs},
             {"seconds_per_epoch", epoch},
             {"seconds", all},
             {"machine", Json::Object{{"memory", here.memory}, {"available", here.available}}},
             {"fits", Json::Object{{"training", fits}, {"inference", inference.total() <= here.memory}}}});
  return Exit::done;
}

}  // namespace rondo::cli
