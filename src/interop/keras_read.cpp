// Keras's two kinds of model: Sequential, a list of layers, and Functional, a graph of calls (keras_functional.cpp).
#include "interop/keras_read.h"

#include <set>

#include "interop/config.h"
#include "interop/keras_functional.h"
#include "interop/keras_weights.h"
#include "model/model_layer.h"
#include "model/model_state.h"

namespace rondo::interop {

std::string model_name(const Json& config) {
  const Json& name = member(config, "name");
  return name.is_null() ? "" : string_of(name, "config.json: the model's name");
}

const Json& layer_list(const Json& config, const std::string& where) {
  const Json& list = array_at(config, "layers", where);
  if (list.size() > max_calls)
    fail(Code::unsupported, "config.json: a model of more than " + std::to_string(max_calls) + " layers");
  return list;
}

namespace {

// folder: where the model's own layers lie, "" or "layers/sequential/".
ReadModel read_sequential(const Json& object, std::vector<std::string>& notes, bool explicit_masks, const Listed& listed,
                          const std::string& folder) {
  const Json& config = object_at(object, "config", "config.json: the model");
  const Json& list = layer_list(config, "config.json: the Sequential");
  Sequential model(model_name(config));
  ModelState& state = model.internal();
  Placed placed;
  LayerPaths paths;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (member(list[i], "class_name") == "InputLayer") {
      if (i > 0) fail(Code::format, "config.json: an InputLayer inside a Sequential must come first");
      state.input = read_input(list[i]);
      continue;
    }
    const Place place{folder + paths.next(class_of(list[i])), listed, explicit_masks};
    placed.emplace_back(read_layer(list[i], notes, &place), place.path);
  }
  Shape shape;
  if (state.input) {
    shape = state.input->shape();
  } else {
    const Json& given = member(config, "build_input_shape");
    const Json& built = given.is_null() ? member(member(object, "build_config"), "input_shape") : given;
    if (!built.is_null()) shape = shape_of(built, "config.json: build_input_shape");
    if (!shape.empty()) shape = shape.with_first(None);
  }
  std::set<std::string> names;
  ReadModel out{model, {}};
  for (const auto& [layer, path] : placed) {
    if (!names.insert(layer->name()).second)
      fail(Code::format, "config.json: two layers are named '" + escaped(layer->name().substr(0, 100)) + "'");
    state.stack.push_back(layer);
    out.layers.push_back(layer);
  }
  listed(placed);
  if (!shape.empty() && !placed.empty()) state.build(shape);
  return out;
}

ReadModel read_model(const Json& config, std::vector<std::string>& notes, bool explicit_masks, const Listed& listed,
                     const std::string& folder) {
  const std::string class_name = read_class(config, "config.json: the model");
  if (class_name == "Sequential") return read_sequential(config, notes, explicit_masks, listed, folder);
  if (class_name == "Functional" || class_name == "Model")
    return read_functional(config, notes, explicit_masks, listed, folder);
  fail(Code::unsupported, "config.json: a model of class '" + escaped(class_name.substr(0, 100)) +
                              "' is not supported; Sequential and Functional models are");
}

}  // namespace

ReadModel read_architecture(const Json& config, std::vector<std::string>& notes, bool explicit_masks, const Listed& listed) {
  return read_model(config, notes, explicit_masks, listed, "");
}

LayerRef read_model_layer(const Json& object, std::vector<std::string>& notes, const Place& place) {
  return read_model(object, notes, place.explicit_masks, place.listed, place.path + "/").model.as_layer();
}

}  // namespace rondo::interop
