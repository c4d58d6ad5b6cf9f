#include "interop/keras_write.h"

#include <map>
#include <set>

#include "interop/config.h"
#include "model/model_state.h"

namespace rondo::interop {
namespace {

Json input_layer(const Shape& shape, const std::string& name) {
  return keras_object("keras.layers", "InputLayer", {{"batch_shape", json_of(shape)}, {"dtype", "float32"}, {"name", name}});
}

// How Keras calls a layer on several tensors: recurrent layers take states by name, all others one list.
bool takes_states(Layer& layer) {
  ConfigWriter writer;
  layer.describe(writer);
  return writer.keys.contains("return_sequences") || writer.keys.contains("merge_mode");
}

Json write_sequential(const ModelState& state) {
  std::set<std::string> names;
  for (const LayerRef& layer : state.stack) names.insert(layer->name());
  std::string input = state.input && !state.input->node()->input_name.empty() ? state.input->node()->input_name : "input_layer";
  while (names.contains(input)) input += "_";
  Json layers = Json::array();
  layers.push_back(input_layer(state.inputs[0].shape(), input));
  for (const LayerRef& layer : state.stack) layers.push_back(write_layer(*layer));
  return keras_object("keras", "Sequential", {{"name", state.name}, {"trainable", true}, {"layers", layers}});
}

Json write_functional(const ModelState& state) {
  const Graph& graph = *state.graph;
  // The number of a call among those of its layer.
  std::vector<std::size_t> call(graph.nodes.size());
  std::map<const Layer*, std::vector<const Graph::Node*>> calls;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Graph::Node& node = graph.nodes[n];
    if (!node.layer) continue;
    auto& list = calls[&*node.layer];
    call[n] = list.size();
    list.push_back(&node);
  }
  const auto history = [&](const Edge& e) {
    const auto n = static_cast<std::size_t>(e.node);
    return Json::array({graph.nodes[n].name, call[n], e.output});
  };
  const auto tensor = [&](const Edge& e) -> Json {
    const Shape& shape = graph.nodes[static_cast<std::size_t>(e.node)].out[static_cast<std::size_t>(e.output)];
    return {{"class_name", "__keras_tensor__"},
            {"config", {{"shape", json_of(shape)}, {"dtype", "float32"}, {"keras_history", history(e)}}}};
  };
  // Keras gives a call with separate initial states no mask by itself: it has to be an argument, computed by operations.
  std::set<std::string> names;
  for (const Graph::Node& node : graph.nodes) names.insert(node.name);
  Json operations = Json::array();
  const auto operation = [&](const char* class_name, const char* name, Json config, Json args, const Shape& shape) -> Json {
    std::string unique = name;
    for (int i = 1; !names.insert(unique).second; ++i) unique = std::string(name) + "_" + std::to_string(i);
    config["name"] = unique;
    Json object = keras_object("keras.src.ops.numpy", class_name, std::move(config));
    object["registered_name"] = class_name;
    object["name"] = unique;
    object["inbound_nodes"] = Json::array({{{"args", std::move(args)}, {"kwargs", Json::object()}}});
    operations.push_back(std::move(object));
    return {{"class_name", "__keras_tensor__"},
            {"config", {{"shape", json_of(shape)}, {"dtype", "bool"}, {"keras_history", {unique, 0, 0}}}}};
  };
  const auto mask_argument = [&](Edge from) -> Json {
    const auto at = [&](const Edge& e) -> const Graph::Node& { return graph.nodes[static_cast<std::size_t>(e.node)]; };
    while (at(from).layer && at(from).mask == MaskFlow::pass) from = at(from).in[0];
    const Graph::Node& maker = at(from);
    if (!maker.layer || maker.mask != MaskFlow::make || maker.layer->class_name() != "Masking") return {};
    const Json config = write_layer(*maker.layer)["config"];
    const Shape& shape = maker.out[0];
    const Json differs = operation("NotEqual", "not_equal", Json::object(),
                                   Json::array({tensor(maker.in[0]), config.value("mask_value", 0.0)}), shape);
    return operation("Any", "any", {{"axis", -1}, {"keepdims", false}}, Json::array({differs}),
                     Shape(std::vector<Index>(shape.begin(), shape.end() - 1)));
  };
  const auto inbound = [&](const Graph::Node& node, bool states) -> Json {
    Json args = Json::array(), kwargs = Json::object(), list = Json::array();
    if (node.in.size() == 1 && node.layer->class_name() != "Concatenate") {
      args.push_back(tensor(node.in[0]));
    } else if (states) {
      args.push_back(tensor(node.in[0]));
      for (std::size_t i = 1; i < node.in.size(); ++i) list.push_back(tensor(node.in[i]));
      kwargs["initial_state"] = std::move(list);
      if (node.ignore_mask) {
        kwargs["mask"] = nullptr;
      } else if (Json mask = mask_argument(node.in[0]); !mask.is_null()) {
        kwargs["mask"] = std::move(mask);
      }
    } else {
      for (const Edge& e : node.in) list.push_back(tensor(e));
      args.push_back(std::move(list));
    }
    return {{"args", std::move(args)}, {"kwargs", std::move(kwargs)}};
  };

  Json layers = Json::array();
  for (const int n : graph.inputs) {
    const Graph::Node& node = graph.nodes[static_cast<std::size_t>(n)];
    Json object = input_layer(node.out[0], node.name);
    object["name"] = node.name;
    object["inbound_nodes"] = Json::array();
    layers.push_back(std::move(object));
  }
  for (const LayerRef& layer : graph.layers) {
    Json object = write_layer(*layer);
    object["name"] = layer->name();
    Json nodes = Json::array();
    const bool states = takes_states(*layer);
    for (const Graph::Node* node : calls[&*layer]) nodes.push_back(inbound(*node, states));
    object["inbound_nodes"] = std::move(nodes);
    layers.push_back(std::move(object));
  }
  for (Json& object : operations) layers.push_back(std::move(object));
  const auto ends = [&](const std::vector<Edge>& edges) {
    if (edges.size() == 1) return history(edges[0]);  // Keras then takes and gives one array, not a list
    Json list = Json::array();
    for (const Edge& e : edges) list.push_back(history(e));
    return list;
  };
  std::vector<Edge> inputs;
  for (const int n : graph.inputs) inputs.push_back({n, 0});
  Json object = keras_object("keras.src.models.functional", "Functional",
                             {{"name", state.name},
                              {"trainable", true},
                              {"layers", std::move(layers)},
                              {"input_layers", ends(inputs)},
                              {"output_layers", ends(graph.outputs)}});
  object["registered_name"] = "Functional";
  return object;
}

}  // namespace

Json write_architecture(const Model& model) {
  const ModelState& state = model.internal();
  return state.sequential ? write_sequential(state) : write_functional(state);
}

}  // namespace rondo::interop
