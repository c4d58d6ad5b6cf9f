#include "interop/keras_compile.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <numeric>

#include "interop/config.h"
#include "interop/keras_losses.h"
#include "model/model_state.h"
#include "rondo/losses/custom.h"
#include "rondo/metrics/custom.h"
#include "rondo/optimizers/loss_scale_optimizer.h"

namespace rondo::interop {
namespace {

const std::string folder = "optimizer/", vars = folder + "vars/";
// LossScaleOptimizer's own variables come first (its iterations and learning rate, which nobody uses, its steps and its scale),
// then the inner optimizer's, which Keras writes once more under their own name.
const std::string inner_vars = folder + "inner_optimizer/vars/";
constexpr std::size_t scale_vars = 4;

std::shared_ptr<LearningRateSchedule> read_schedule(const Json& json, std::vector<std::string>& notes) {
  const std::string class_name = read_class(json, "the learning rate");
  const auto schedule = make_schedule(class_name);
  Json config = member(json, "config");
  if (!config.is_object()) fail(Code::format, "learning rate " + escaped(class_name) + " has no config");
  config.erase("name");
  ConfigReader reader(config, "learning rate " + escaped(class_name), notes);
  schedule->describe(reader);
  reader.finish();
  schedule->check();
  return schedule;
}

OptimizerRef read_optimizer(const Json& json, std::vector<std::string>& notes);

OptimizerRef read_loss_scale_optimizer(const Json& json, std::vector<std::string>& notes) {
  Json config = member(json, "config");
  if (!config.is_object()) fail(Code::format, "LossScaleOptimizer has no config");
  const Json inner = member(config, "inner_optimizer");
  config.erase("inner_optimizer");
  if (!inner.is_object() || read_class(inner, "the inner optimizer") == "LossScaleOptimizer")
    fail(Code::format, "LossScaleOptimizer: inner_optimizer must be another optimizer");
  for (const char* key : {"weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "use_ema", "ema_momentum",
                          "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps"})
    config.erase(key);  // older Kerases write them, and do nothing with them
  LossScaleOptions options;
  ConfigReader reader(config, "optimizer LossScaleOptimizer", notes);
  reader.field("initial_scale", options.initial_scale, options.initial_scale);
  reader.field("dynamic_growth_steps", options.dynamic_growth_steps, options.dynamic_growth_steps);
  reader.finish();
  return LossScaleOptimizer(read_optimizer(inner, notes), options);
}

OptimizerRef read_optimizer(const Json& json, std::vector<std::string>& notes) {
  if (json.is_string()) return OptimizerRef(json.get<std::string>());
  const std::string class_name = read_class(json, "the optimizer");
  if (class_name == "LossScaleOptimizer") return read_loss_scale_optimizer(json, notes);
  const OptimizerRef optimizer(OptimizerRef(class_name).shared());  // no mere name: it has options
  if (const Json& given = member(json, "config"); !given.is_null()) {
    Json config = given;
    std::shared_ptr<LearningRateSchedule> schedule;
    if (const Json& rate = member(config, "learning_rate"); rate.is_object()) {
      schedule = read_schedule(rate, notes);
      config.erase("learning_rate");
    }
    ConfigReader reader(config, "optimizer " + escaped(class_name), notes);
    optimizer->describe(reader);
    reader.finish();
    if (schedule) optimizer->set_learning_rate(schedule);
  }
  optimizer->check();
  return optimizer;
}

// The trainable weights in the file's order, as numbers in the model's order.
std::vector<std::size_t> file_order(const ModelState& state, const std::vector<LayerRef>& order) {
  std::vector<std::size_t> out;
  for (const LayerRef& layer : order) {
    for (const StoredWeight& w : stored_weights(*layer, "")) {
      const auto it = std::find(state.trainable.begin(), state.trainable.end(), w.weight);
      if (it != state.trainable.end()) out.push_back(static_cast<std::size_t>(it - state.trainable.begin()));
    }
  }
  return out;
}

[[maybe_unused]] std::span<const float> narrowed(std::span<const float> values, std::vector<std::vector<float>>&) {
  return values;
}
[[maybe_unused]] std::span<const float> narrowed(std::span<const double> values, std::vector<std::vector<float>>& kept) {
  kept.emplace_back(values.begin(), values.end());
  return kept.back();
}

bool before_3_10(const std::string& keras) {
  int minor = 0;
  return std::sscanf(keras.c_str(), "3.%d", &minor) == 1 && minor < 10;
}

// Where each slot lies among the optimizer's variables. Files of Keras before 3.10: averages and accumulators weight by weight,
// and what all weights share before the slots.
std::vector<std::size_t> places_in_file(const Optimizer& optimizer, std::size_t weights, std::size_t shared, bool before_3_10) {
  std::vector<std::size_t> places(optimizer.slots.size() - optimizer.shared_slots().size() + shared);
  std::iota(places.begin(), places.end(), std::size_t{0});
  if (!before_3_10) return places;
  const std::size_t lists = (optimizer.common.use_ema ? 1u : 0u) + (optimizer.common.gradient_accumulation_steps ? 1u : 0u);
  const std::size_t first = lists * weights, own = places.size() - first - shared;
  for (std::size_t s = 0; s < places.size(); ++s)
    places[s] = s < first ? s % weights * lists + s / weights : s < first + own ? s + shared : s - own;
  return places;
}

void read_loss_scale(Tensors& tensors, Optimizer::LossScale& scale) {
  for (const char* unused : {"0", "1"}) tensors.use(vars + unused);
  const hdf5::Dataset *steps = tensors.use(vars + "2"), *now = tensors.use(vars + "3");
  if (!steps || !now) fail(Code::format, "model.weights.h5: the scale of LossScaleOptimizer is missing");
  scale.steps = hdf5::integer(*steps);
  const double number = hdf5::number(*now);
  if (scale.steps < 0 || !(number >= std::numeric_limits<float>::min() && number <= std::numeric_limits<float>::max()))
    fail(Code::format, "model.weights.h5: the scale of LossScaleOptimizer, or its steps, are no such numbers");
  scale.scale = static_cast<float>(number);
}

}  // namespace

void read_compile(const Json& config, Model& model, const std::vector<LayerRef>& order, Tensors& tensors, LoadReport& report) {
  if (config.is_null()) {
    tensors.ignore(folder);
    return;
  }
  if (!config.is_object()) fail(Code::format, "config.json: compile_config must be an object, not " + shown(config));
  const auto left_out = [&](const std::string& what, const Error& e) {
    report.notes.push_back(what + " of the file is left out: " + std::string(e.what()));
  };
  static const std::set<std::string_view> known = {"optimizer",        "loss",        "loss_weights", "metrics",
                                                   "weighted_metrics", "run_eagerly", "jit_compile",  "steps_per_execution",
                                                   "auto_scale_loss"};
  try {
    for (const auto& [key, value] : config.items())
      if (!known.contains(key)) fail(Code::unsupported, "compile_config: '" + escaped(key.substr(0, 60)) + "' is not known");
    CompileOptions options;
    options.optimizer = read_optimizer(member(config, "optimizer"), report.notes);
    const Json& loss = member(config, "loss");
    if (loss.is_null()) fail(Code::unsupported, "there is no loss");
    options.loss = read_losses(loss, report.notes);
    options.loss_weights = read_loss_weights(member(config, "loss_weights"));
    const auto metrics = [&](const char* key, MetricLists& into) {
      try {
        into = read_metrics(member(config, key), report.notes);
      } catch (const Error& e) {
        left_out(std::string("the list of ") + key, e);
      }
    };
    metrics("metrics", options.metrics);
    metrics("weighted_metrics", options.weighted_metrics);
    model.compile(std::move(options));
  } catch (const Error& e) {
    left_out("the training set-up", e);
    report.notes.push_back("the model predicts; to train it, compile it with an optimizer and a loss");
    tensors.ignore(folder);
    return;
  }
  read_optimizer_variables(model, order, tensors, report.notes, report.from_keras && before_3_10(report.keras_version));
}

void read_optimizer_variables(Model& model, const std::vector<LayerRef>& order, Tensors& tensors,
                              std::vector<std::string>& notes, bool before_3_10) {
  ModelState& state = model.internal();
  Optimizer& optimizer = *state.optimizer;
  const bool wrapped = tensors.contains(inner_vars + "0");
  tensors.ignore(inner_vars);
  const std::size_t own = optimizer.loss_scale ? scale_vars : 0;
  const std::string iteration = vars + std::to_string(own);
  if (!tensors.contains(vars + "0") || (wrapped && own != 0 && !tensors.contains(iteration))) {
    tensors.ignore(folder);
    return;  // compiled, never trained
  }
  if (wrapped != (own != 0))
    fail(Code::format, std::string("the optimizer is ") + (wrapped ? "" : "not ") +
                           "wrapped in a LossScaleOptimizer in the file, and " + (wrapped ? "not " : "") + "in this model");
  std::optional<Optimizer::LossScale> loss_scale = optimizer.loss_scale;
  if (loss_scale) read_loss_scale(tensors, *loss_scale);
  const Index iterations = hdf5::integer(*tensors.use(iteration));
  if (iterations < 0) fail(Code::format, "model.weights.h5: the optimizer has made a negative number of steps");
  // A schedule is no variable: what follows it in the file moves up.
  const std::size_t first = own + (optimizer.schedule ? 1 : 2);
  const hdf5::Dataset* rate = optimizer.schedule ? nullptr : tensors.use(vars + std::to_string(own + 1));
  const double learning_rate = rate                                   ? hdf5::number(*rate)
                               : optimizer.schedule && iterations > 0 ? optimizer.schedule->at(iterations - 1)
                                                                      : optimizer.learning_rate;
  const auto move_on = [&] {
    optimizer.iterations = iterations;
    optimizer.learning_rate = learning_rate;
    optimizer.loss_scale = loss_scale;
    optimizer.check();
  };
  if (!tensors.contains(vars + std::to_string(first))) {
    move_on();
    if (iterations > 0 && !optimizer.slot_groups().empty() && !optimizer.slot_names().empty())
      notes.push_back("the optimizer's moving averages are not in the file; training starts them anew");
    return;
  }
  const std::vector<std::size_t> weights = file_order(state, order);
  std::vector<Shape> shapes;
  for (const Weight* w : state.trainable) shapes.push_back(w->shape);
  if (weights.size() != shapes.size()) fail(Code::internal, "the trainable weights of a loaded model do not match its layers");
  // Layers may have been frozen or unfrozen since: Keras, too, begins anew then.
  std::size_t there = 0;
  while (tensors.contains(vars + std::to_string(first + there))) ++there;
  const auto begin_anew = [&](const std::string& why) {
    tensors.ignore(folder);
    notes.push_back("the optimizer's state is left out: " + why +
                    ", as when layers are frozen or unfrozen after training; training starts it anew");
  };
  const std::size_t all = optimizer.slot_count(shapes.size());
  // What all weights share is not among the variables of LossScaleOptimizer, and Keras, too, begins it anew.
  const bool keeps_shared = there == all || !optimizer.loss_scale;
  const std::size_t shared = keeps_shared ? optimizer.shared_slots().size() : 0;
  if (there + (keeps_shared ? 0 : optimizer.shared_slots().size()) != all)
    return begin_anew("the file has " + std::to_string(there) + " variables of it, and this model's " + optimizer.class_name() +
                      " has " + std::to_string(all));
  optimizer.bind(shapes);
  const std::vector<std::size_t> places = places_in_file(optimizer, shapes.size(), shared, before_3_10);
  std::map<std::pair<std::string, std::size_t>, std::size_t> by_weight;
  for (std::size_t s = 0; s < optimizer.slots.size(); ++s) by_weight[{optimizer.slots[s].name, optimizer.slots[s].weight}] = s;
  for (const bool reading : {false, true}) {  // all shapes are compared before a number is changed
    for (std::size_t s = 0; s < places.size(); ++s) {
      const bool one_for_all = optimizer.slots[s].weight == Optimizer::shared;
      Optimizer::Slot& slot =
          one_for_all ? optimizer.slots[s]
                      : optimizer.slots[by_weight.at({optimizer.slots[s].name, weights[optimizer.slots[s].weight]})];
      const std::string path = vars + std::to_string(places[s] + first),
                        of = "the optimizer's " + slot.name +
                             (one_for_all ? std::string() : " of weight '" + state.trainable[slot.weight]->name + "'");
      if (reading) {
        tensors.read(path, slot.value, of);
        continue;
      }
      try {
        tensors.expect(path, slot.value.shape(), of);
      } catch (const Error& e) {
        if (e.code() != Code::shape) throw;
        return begin_anew(e.what());
      }
    }
  }
  move_on();
}

bool keras_knows(const Model& model) {
  const ModelState& state = model.internal();
  const auto losses = loss_names(), metrics = metric_names();
  const auto built_in = [](const std::vector<std::string>& names, const auto& one) {
    return registered_name(one).empty() && std::find(names.begin(), names.end(), one.class_name()) != names.end();
  };
  return std::all_of(state.losses.begin(), state.losses.end(),
                     [&](const LossRef& l) { return !l || (l->from_keras() && built_in(losses, *l)); }) &&
         std::all_of(state.metrics.begin(), state.metrics.end(),
                     [&](const auto& m) { return m->from_keras() && built_in(metrics, *m); });
}

Json write_compile(const Model& model) {
  if (!model.compiled()) return {};
  ConfigWriter optimizer;
  model.optimizer()->describe(optimizer);
  optimizer.config["learning_rate"] = model.optimizer()->learning_rate;
  if (const auto& schedule = model.optimizer()->schedule) {
    ConfigWriter writer;
    schedule->describe(writer);
    optimizer.config["learning_rate"] = keras_object("keras.optimizers.schedules", schedule->class_name(), writer.config);
  }
  Json written = keras_object("keras.optimizers", model.optimizer()->class_name(), optimizer.config);
  if (const auto& scale = model.optimizer()->loss_scale)
    written = keras_object("keras.optimizers", "LossScaleOptimizer",
                           {{"inner_optimizer", written},
                            {"initial_scale", scale->initial_scale},
                            {"dynamic_growth_steps", scale->dynamic_growth_steps}});
  Json out = {{"optimizer", written}};
  write_losses(model.compile_options(), model.output_shapes().size(), out);
  return out;
}

void write_optimizer(const Model& model, hdf5::Writer& file, std::vector<std::vector<float>>& kept) {
  if (!model.compiled()) return;
  const Optimizer& optimizer = *model.optimizer();
  if (optimizer.iterations > std::numeric_limits<std::int32_t>::max())
    fail(Code::output, "more training steps than Keras's file can count");
  const auto write = [&](const std::string& where, std::size_t at) {
    file.int32(where + std::to_string(at++), static_cast<std::int32_t>(optimizer.iterations));
    if (!optimizer.schedule) file.float32(where + std::to_string(at++), static_cast<float>(optimizer.learning_rate));
    for (const Optimizer::Slot& slot : optimizer.slots)
      if (!optimizer.loss_scale || slot.weight != Optimizer::shared)
        file.float32(where + std::to_string(at++), slot.value.shape(), as_float32(slot.value.values(), kept));
  };
  if (const auto& scale = optimizer.loss_scale) {
    file.int32(vars + "0", 0);
    file.float32(vars + "1", 0);
    file.int32(vars + "2", static_cast<std::int32_t>(scale->steps));
    file.float32(vars + "3", scale->scale);
    write(inner_vars, 0);
  }
  write(vars, optimizer.loss_scale ? scale_vars : 0);
}

std::span<const float> as_float32(std::span<const real> values, std::vector<std::vector<float>>& kept) {
  return narrowed(values, kept);
}

}  // namespace rondo::interop
