#include "interop/keras_write.h"

#include <functional>
#include <map>
#include <set>

#include "interop/config.h"
#include "interop/keras_masks.h"
#include "layers/base/state_tree.h"
#include "model/model_layer.h"
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

// The states in `list` from `at` on, nested as the layer wants them.
Json nested(const std::vector<StateTree>& trees, const Json& list, std::size_t& at) {
  Json out = Json::array();
  for (const StateTree& tree : trees) {
    out.push_back(tree.parts.empty() ? list.at(at++) : nested(tree.parts, list, at));
  }
  return out;
}

// Layers that are given a list even of one tensor.
bool takes_a_list(Layer& layer) { return layer.class_name() == "Concatenate" || merges(layer.class_name()); }

// Keras layers whose call has an argument `mask`.
bool takes_mask(Layer& layer) {
  static const std::set<std::string_view> others = {"TimeDistributed", "BatchNormalization", "GlobalAveragePooling1D"};
  return takes_states(layer) || others.contains(layer.class_name()) || as_model(layer) != nullptr;
}

// Masks as operations of the graph. Keras would make them itself when it rebuilds the model, but not for calls with separate
// initial states, not the same in every version behind a Concatenate (3.3 loses it there, 3.9 fails), and under names that may
// be taken. So every call that takes a mask is given it, computed by operations that all versions have.
class MaskWriter {
 public:
  using Tensor = std::function<Json(const Edge&)>;
  MaskWriter(const Graph& graph, Tensor tensor) : graph_(graph), tensor_(std::move(tensor)) {
    for (const Graph::Node& node : graph.nodes) names_.insert(node.name);
  }
  Json operations = Json::array();

  // The mask of what flows along an edge, as a tensor; null if there is none.
  Json of(Edge from) {
    while (node(from).layer &&
           (carries_passed_mask(node(from), from.output) ||
            (from.output == 0 && node(from).mask == MaskFlow::make && hands_on(node(from).layer->class_name()))))
      from = node(from).in[0];
    const Graph::Node& maker = node(from);
    if (!maker.layer || maker.mask != MaskFlow::make || from.output != 0) return {};
    const auto [at, fresh] = made_.emplace(from.node, Json());
    if (fresh) made_[from.node] = make(maker);
    return made_[from.node];
  }

 private:
  const Graph::Node& node(const Edge& e) const { return graph_.nodes[static_cast<std::size_t>(e.node)]; }

  Json make(const Graph::Node& maker) {
    const Json config = write_layer(*maker.layer)["config"];
    const Shape& shape = maker.out[0];
    if (maker.layer->class_name() == "Masking")
      return any(operation("NotEqual", {}, Json::array({tensor_(maker.in[0]), config.value("mask_value", 0.0)}), shape), shape);
    if (maker.layer->class_name() == "Embedding")
      return operation("NotEqual", {}, Json::array({tensor_(maker.in[0]), 0}),
                       Shape(std::vector<Index>(shape.begin(), shape.end() - 1)));
    if (merges(maker.layer->class_name())) {
      Json mask = of(maker.in[0]);
      for (std::size_t i = 1; i < maker.in.size(); ++i)
        mask = operation("LogicalOr", {}, Json::array({mask, of(maker.in[i])}),
                         Shape(std::vector<Index>(shape.begin(), shape.end() - 1)));
      return mask;
    }
    if (maker.layer->class_name() != "Concatenate" || shape.rank() != 3) return {};
    const Index axis = config.value("axis", Index{-1});
    Json parts = Json::array(), first;
    bool all = true;
    for (const Edge& e : maker.in) {
      Json mask = of(e);
      if (mask.is_null()) all = false;
      if (first.is_null()) first = mask;
      parts.push_back(std::move(mask));
    }
    if (first.is_null()) return {};
    const Shape steps{shape[0], shape[1]};
    if (axis == 1 || axis == -2) {
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!parts[i].is_null()) continue;
        // Every step counts: a number differs from 0, or equals it.
        const Shape& whole = node(maker.in[i]).out[static_cast<std::size_t>(maker.in[i].output)];
        const Json x = tensor_(maker.in[i]);
        parts[i] = any(operation("LogicalOr", {},
                                 Json::array({operation("NotEqual", {}, Json::array({x, 0.0}), whole),
                                              operation("Equal", {}, Json::array({x, 0.0}), whole)}),
                                 whole),
                       whole);
      }
      return operation("Hstack", {}, Json::array({parts}), steps);
    }
    // Side by side a step counts if it does in any part; where a part has no mask, always.
    if (!all)
      return operation("LogicalOr", {}, Json::array({first, operation("LogicalNot", {}, Json::array({first}), steps)}), steps);
    Json mask = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) mask = operation("LogicalOr", {}, Json::array({mask, parts[i]}), steps);
    return mask;
  }

  Json any(Json of_what, const Shape& shape) {
    return operation("Any", {{"axis", -1}, {"keepdims", false}}, Json::array({std::move(of_what)}),
                     Shape(std::vector<Index>(shape.begin(), shape.end() - 1)));
  }

  Json operation(const char* class_name, const std::map<std::string, Json>& options, Json args, const Shape& shape) {
    std::string name = "rondo_mask";
    for (int i = 1; !names_.insert(name).second; ++i) name = "rondo_mask_" + std::to_string(i);
    // Any and Hstack got the option `name` after 3.9; Keras then names them itself, and calls are found by the name beside
    // config.
    Json config = Json::object();
    if (std::string_view(class_name) != "Any" && std::string_view(class_name) != "Hstack") config["name"] = name;
    for (const auto& [key, value] : options) config[key] = value;
    Json object = keras_object("keras.src.ops.numpy", class_name, std::move(config));
    object["registered_name"] = class_name;
    object["name"] = name;
    object["inbound_nodes"] = Json::array({Json{{"args", std::move(args)}, {"kwargs", Json::object()}}});
    operations.push_back(std::move(object));
    Json result = {{"shape", json_of(shape)}, {"dtype", "bool"}};
    result["keras_history"] = Json::array({name, 0, 0});
    return {{"class_name", "__keras_tensor__"}, {"config", std::move(result)}};
  }

  const Graph& graph_;
  Tensor tensor_;
  std::set<std::string> names_;
  std::map<int, Json> made_;
};

Json write_sequential(const ModelState& state, const std::string& model_name, bool trainable) {
  std::set<std::string> names;
  for (const LayerRef& layer : state.stack) names.insert(layer->name());
  std::string input = state.input && !state.input->node()->input_name.empty() ? state.input->node()->input_name : "input_layer";
  while (names.contains(input)) input += "_";
  Json layers = Json::array();
  layers.push_back(input_layer(state.inputs[0].shape(), input));
  for (const LayerRef& layer : state.stack) layers.push_back(write_layer(*layer));
  return keras_object("keras", "Sequential", {{"name", model_name}, {"trainable", trainable}, {"layers", layers}});
}

Json write_functional(const ModelState& state, const std::string& model_name, bool trainable, bool listed = true) {
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
  MaskWriter masks(graph, tensor);
  const auto inbound = [&](const Graph::Node& node, bool states) -> Json {
    Json args = Json::array(), kwargs = Json::object(), list = Json::array();
    ConfigWriter writer;
    node.layer->describe(writer);
    kwargs = writer.call;
    if (node.in.size() == 1 && !takes_a_list(*node.layer)) {
      args.push_back(tensor(node.in[0]));
    } else if (node.layer->class_name() == "MultiHeadAttention") {
      args.push_back(tensor(node.in[0]));
      args.push_back(tensor(node.in[1]));
      const bool masked = kwargs.contains("attention_mask");
      if (node.in.size() > (masked ? 3 : 2)) kwargs["key"] = tensor(node.in[2]);
      if (masked) kwargs["attention_mask"] = tensor(node.in.back());
    } else if (states) {
      args.push_back(tensor(node.in[0]));
      for (std::size_t i = 1; i < node.in.size(); ++i) list.push_back(tensor(node.in[i]));
      std::size_t at = 0;
      const auto* many = dynamic_cast<const NestedStates*>(&*node.layer);
      kwargs["initial_state"] = many ? nested(many->state_trees(), list, at) : std::move(list);
    } else {
      for (const Edge& e : node.in) list.push_back(tensor(e));
      args.push_back(std::move(list));
    }
    if (node.no_masks) {
      kwargs["mask"] = Json(std::vector<Json>(node.in.size()));
    } else if (takes_mask(*node.layer)) {
      const bool none = graph.hides_masks(node) || (node.late_mask && node.unseen != std::array<unsigned, 2>{});
      Json mask = none ? Json() : masks.of(node.in[0]);
      if (!mask.is_null() || none) kwargs["mask"] = std::move(mask);
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
    const ModelLayer* model = as_model(*layer);
    Json object = model ? write_model_layer(*model, true) : write_layer(*layer);
    object["name"] = layer->name();
    Json nodes = Json::array();
    const bool states = takes_states(*layer);
    for (const Graph::Node* node : calls[&*layer]) nodes.push_back(inbound(*node, states));
    object["inbound_nodes"] = std::move(nodes);
    // Keras 3.3 wants everything listed before it is read.
    for (Json& operation : masks.operations) layers.push_back(std::move(operation));
    masks.operations.clear();
    layers.push_back(std::move(object));
  }
  const auto end = [&](const Edge& e) {
    Json named = history(e);
    const LayerRef& layer = graph.nodes[static_cast<std::size_t>(e.node)].layer;
    const ModelLayer* model = layer ? as_model(*layer) : nullptr;
    if (model && !model->model().internal().sequential) named[1] = named[1].get<Index>() + 1;  // its making counts as a call
    return named;
  };
  const auto ends = [&](const std::vector<Edge>& edges) {
    if (edges.size() == 1 && !listed) return end(edges[0]);
    Json list = Json::array();
    for (const Edge& e : edges) list.push_back(end(e));
    return list;
  };
  std::vector<Edge> inputs;
  for (const int n : graph.inputs) inputs.push_back({n, 0});
  Json object = keras_object("keras.src.models.functional", "Functional",
                             {{"name", model_name},
                              {"trainable", trainable},
                              {"layers", std::move(layers)},
                              {"input_layers", ends(inputs)},
                              {"output_layers", ends(graph.outputs)}});
  object["registered_name"] = "Functional";
  return object;
}

}  // namespace

Json write_architecture(const Model& model) {
  const ModelState& state = model.internal();
  if (state.sequential) return write_sequential(state, state.name, true);
  Json object = write_functional(state, state.name, true);
  Json& outputs = object["config"]["output_layers"];
  Json named = Json::object();
  for (std::size_t i = 0; i < state.output_keys.size(); ++i) named[state.output_keys[i]] = std::move(outputs[i]);
  if (!named.empty()) outputs = std::move(named);
  return object;
}

Json write_model_layer(const ModelLayer& layer, bool listed) {
  const ModelState& state = layer.model().internal();
  return state.sequential ? write_sequential(state, layer.name(), layer.trainable)
                          : write_functional(state, layer.name(), layer.trainable, listed);
}

}  // namespace rondo::interop
