#include "interop/rondo_json.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "interop/config.h"
#include "model/model_state.h"

namespace rondo::interop {
namespace {

constexpr const char* where = "rondo.json";
constexpr Index check_samples = 2, check_steps = 8;
constexpr double check_work = 1e7;             // multiply-adds the recorded outputs may cost
constexpr Index check_values = 65536;          // numbers of one input or output
constexpr Index check_bytes = Index{1} << 26;  // between layers
constexpr double check_tolerance = 1e-5;

// The shapes of the check's inputs, or why there is no check.
std::string check_shapes(const Model& model, Shapes& shapes) {
  for (const LayerRef& layer : model.layers())
    if (layer->stateful()) return "the model keeps state between calls";
  Index steps = 1;
  for (Shape shape : model.input_shapes()) {
    for (Index axis = 0; axis < shape.rank(); ++axis)
      if (shape[axis] == None) shape[axis] = axis == 0 ? check_samples : check_steps;
    if (shape.rank() == 0 || shape[0] != check_samples) return "the model has a fixed number of samples";
    Index values = 1;
    for (const Index size : shape) values = size > check_values ? check_values + 1 : std::min(check_values + 1, values * size);
    if (values > check_values || values == 0) return "the input is too large, or empty";
    if (shape.rank() > 2)
      for (Index axis = 1; axis + 1 < shape.rank(); ++axis) steps = std::max(steps, values / shape[-1] / check_samples);
    shapes.push_back(shape);
  }
  if (static_cast<double>(model.count_params()) * static_cast<double>(steps * check_samples) > check_work)
    return "it would take too long";
  // A file of a few kilobytes can join one input to itself thousands of times.
  if (model.memory({.batch_size = check_samples, .steps = check_steps, .training = false, .threads = 1}).activations >
      check_bytes)
    return "it would take too much memory";
  return "";
}

// The smallest input_dim of an Embedding in the layer or inside it.
void fewest_ids(Layer& layer, Index& fewest) {
  if (layer.class_name() == "Embedding") {
    ConfigWriter writer;
    layer.describe(writer);
    fewest = std::min(fewest, writer.config.value("input_dim", fewest));
  }
  for (const Weights::Child& child : layer.weights().children()) fewest_ids(*child.layer, fewest);
}

std::vector<Array> check_outputs(const Model& model, const Shapes& shapes, std::uint64_t seed) {
  // Where there are ids, any input may be of them.
  constexpr Index no_ids = Index{1} << 60;
  Index ids = no_ids;
  for (const LayerRef& layer : model.layers()) fewest_ids(*layer, ids);
  std::vector<Array> inputs;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    Array x(shapes[i]);
    const Random random(seed, i);
    for (Index k = 0; k < x.size(); ++k) {
      const double u = random.uniform(static_cast<std::uint64_t>(k));
      x.data()[k] =
          static_cast<real>(ids == no_ids ? 2 * u - 1 : std::floor(u * static_cast<double>(std::min<Index>(ids, 1000))));
    }
    inputs.push_back(std::move(x));
  }
  return model.predict_all(inputs, {.batch_size = check_samples, .threads = 1});
}

Json write_check(const Model& model, const SaveOptions& options) {
  if (!options.self_check) return {{"skipped", "not asked for"}};
  Shapes shapes;
  if (const std::string why = check_shapes(model, shapes); !why.empty()) return {{"skipped", why}};
  constexpr std::uint64_t seed = 1;
  Json outputs = Json::array();
  for (const Array& y : check_outputs(model, shapes, seed)) {
    if (y.size() > check_values) return {{"skipped", "the output is too large"}};
    Json values = Json::array();
    for (const real v : y.values()) {
      if (!std::isfinite(v)) return {{"skipped", "the outputs are not finite"}};
      values.push_back(static_cast<double>(v));
    }
    outputs.push_back(std::move(values));
  }
  Json inputs = Json::array();
  for (const Shape& shape : shapes) inputs.push_back(json_of(shape));
  return {{"seed", seed}, {"inputs", inputs}, {"outputs", outputs}};
}

}  // namespace

Json write_rondo_json(const Model& model, const SaveOptions& options) {
  const ModelState& state = model.internal();
  Json out = {{"format", rondo_format},
              {"version", RONDO_VERSION},
              {"axes", state.axes},
              {"training", {{"step", state.step}}},
              {"settings", {{"keras_mask_compat", state.keras_mask_compat}}},
              {"check", write_check(model, options)}};
  if (!options.extra.empty()) {
    Json extra = parse_json(options.extra, "SaveOptions::extra");
    if (!extra.is_object()) fail(Code::value, "SaveOptions::extra must be the JSON text of an object");
    out["extra"] = std::move(extra);
  }
  return out;
}

void read_rondo_json(const Json& rondo, Model& model, LoadReport& report) {
  if (!rondo.is_object()) fail(Code::format, "rondo.json must hold an object");
  const Index format = index_of(member(rondo, "format"), "rondo.json: format");
  if (format > rondo_format)
    fail(Code::unsupported, "this file was written by a newer Rondo (rondo.json has format " + std::to_string(format) +
                                ", this version reads up to " + std::to_string(rondo_format) + ")");
  if (format < 1) fail(Code::format, "rondo.json: format " + std::to_string(format) + " does not exist");
  ModelState& state = model.internal();
  if (const Json& axes = member(rondo, "axes"); !axes.is_null()) {
    if (!axes.is_array() || axes.size() > 8) fail(Code::format, "rondo.json: axes must be a list of at most 8 names");
    state.axes.clear();
    for (const Json& name : axes) state.axes.push_back(string_of(name, "rondo.json: axes"));
  }
  if (const Json& training = member(rondo, "training"); !training.is_null()) {
    const Index step = index_of(member(training, "step"), "rondo.json: training: step");
    if (step < 0) fail(Code::format, "rondo.json: a negative number of training steps");
    state.step = static_cast<std::uint64_t>(step);
  }
  if (const Json& settings = member(rondo, "settings"); !settings.is_null())
    model.set_keras_mask_compat(bool_of(member(settings, "keras_mask_compat"), "rondo.json: keras_mask_compat"));
  if (const Json& extra = member(rondo, "extra"); !extra.is_null()) report.extra = json_text(extra);
}

void self_check(const Json& rondo, const Model& model, LoadReport& report) {
  const Json& check = member(rondo, "check");
  if (check.is_null() || check.contains("skipped")) {
    report.self_check =
        check.is_null() ? "skipped: none was recorded" : "skipped: " + string_at(check, "skipped", "rondo.json: check");
    return;
  }
  Shapes shapes;
  if (const std::string why = check_shapes(model, shapes); !why.empty()) {
    report.self_check = "skipped: " + why;
    return;
  }
  const Json& inputs = array_at(check, "inputs", "rondo.json: check");
  const Json& expected = array_at(check, "outputs", "rondo.json: check");
  bool fits = inputs.size() == shapes.size();
  for (std::size_t i = 0; fits && i < shapes.size(); ++i) fits = shape_of(inputs[i], "rondo.json: check: inputs") == shapes[i];
  const std::vector<Array> outputs =
      fits
          ? check_outputs(model, shapes, static_cast<std::uint64_t>(index_of(member(check, "seed"), "rondo.json: check: seed")))
          : std::vector<Array>();
  if (!fits || outputs.size() != expected.size())
    fail(Code::format, std::string(where) + ": the recorded check is for a model with other inputs or outputs");
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const auto values = outputs[o].values();
    if (!expected[o].is_array() || expected[o].size() != values.size())
      fail(Code::format, std::string(where) + ": the recorded check has another number of outputs than the model");
    double scale = 0, worst = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double wanted = number_of(expected[o][i], "rondo.json: check: outputs");
      const double difference = std::abs(static_cast<double>(values[i]) - wanted);
      scale = std::max(scale, std::abs(wanted));
      worst = std::isnan(difference) ? HUGE_VAL : std::max(worst, difference);
    }
    if (worst > check_tolerance * scale)
      fail(Code::format,
           "the model does not compute what it computed when it was saved: output " + std::to_string(o) + " differs by " +
               std::to_string(worst / std::max(scale, 1e-300)) +
               " relative, allowed are 0.00001. The file was changed since, or this version computes one of its layers "
               "differently (LoadOptions::self_check = false loads it all the same)");
  }
  report.self_check = "passed";
}

}  // namespace rondo::interop
