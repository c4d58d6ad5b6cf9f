// From symbolic calls to a graph in Keras's order: nodes sorted by depth (calls between a node and the last output), then by
// the order in which a walk from the outputs first meets them.
#include "model/graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "layers/attention/scored.h"
#include "layers/base/names.h"
#include "layers/base/require.h"
#include "model/model_layer.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

struct Walk {
  std::vector<GraphNode*> finished;                // every node after those it reads
  std::unordered_map<const void*, int> first_met;  // of a layer (of a node, for inputs)
};

const void* operation(const GraphNode& node) {
  return node.layer ? static_cast<const void*>(node.layer.shared().get()) : &node;
}

// Depth first from the outputs, without recursion: a file may describe a very long chain.
Walk walk(const std::vector<SymbolicTensor>& outputs) {
  Walk w;
  std::set<const GraphNode*> seen;
  struct Frame {
    GraphNode* node;
    std::size_t next;
  };
  std::vector<Frame> frames;
  const auto enter = [&](GraphNode* node) {
    if (!seen.insert(node).second) return;
    w.first_met.emplace(operation(*node), static_cast<int>(w.first_met.size()));
    frames.push_back({node, 0});
  };
  for (const SymbolicTensor& out : outputs) {
    enter(out.node().get());
    while (!frames.empty()) {
      Frame& top = frames.back();
      if (top.next < top.node->inputs.size()) {
        enter(top.node->inputs[top.next++].node().get());
      } else {
        w.finished.push_back(top.node);
        frames.pop_back();
      }
    }
  }
  return w;
}

}  // namespace

bool carries_passed_mask(const Graph::Node& node, int output) {
  if (node.mask != MaskFlow::pass) return false;
  // What an attention's weights count are not the rows of its output.
  const bool sequences =
      node.out[static_cast<std::size_t>(output)].rank() > 2 && !dynamic_cast<const ReturnsScores*>(&*node.layer);
  return output == 0 || sequences;
}

bool carries_mask(const Graph& graph, const Edge& e) {
  const Graph::Node& node = graph.nodes[static_cast<std::size_t>(e.node)];
  return node.mask == MaskFlow::make ? e.output == 0 : carries_passed_mask(node, e.output);
}

void find_masks(Graph& graph) {
  std::vector<char> masked(graph.nodes.size(), 0);
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    Graph::Node& node = graph.nodes[k];
    if (!node.layer) {
      if (graph.masked_inputs && node.out[0].rank() >= 3) node.mask = MaskFlow::make, masked[k] = 1;
      continue;
    }
    // A Masking layer replaces the mask before it, as in Keras; but what is known of the ends of sequences it adds to.
    if (node.layer->class_name() == "Masking") node.hide_masks = !graph.masked_inputs;
    std::unique_ptr<bool[]> flags(new bool[node.in.size() + 1]());
    std::string from;
    for (std::size_t i = 0; i < node.in.size(); ++i) {
      const Graph::Node& from_node = graph.nodes[static_cast<std::size_t>(node.in[i].node)];
      flags[i] = !graph.ignores_masks(node) && masked[static_cast<std::size_t>(node.in[i].node)] != 0 &&
                 (node.in[i].output == 0 || carries_passed_mask(from_node, node.in[i].output));
      if (flags[i] && from.empty()) from = graph.nodes[static_cast<std::size_t>(node.in[i].node)].name;
    }
    node.mask = node.layer->mask_flow({flags.get(), node.in.size()});
    if (node.mask == MaskFlow::drop && graph.mask_refusal.empty()) {
      graph.mask_loss = node.layer->described() + " loses the mask that comes from layer '" + from + "'";
      graph.mask_refusal =
          node.layer->described() + " would lose the mask that comes from layer '" + from +
          "': what follows would take padding for data.\n  fix:    move it before the layer that makes the mask, or "
          "after one that uses it up\n  or:     model.set_keras_mask_compat(true);  // lose it in silence, as Keras "
          "does";
    }
    if (node.mask == MaskFlow::pass && (node.in.empty() || !flags[0])) node.mask = MaskFlow::none;
    if (node.mask == MaskFlow::drop) continue;
    masked[k] = node.mask != MaskFlow::none;
  }
}

namespace {

void collect(Layer& layer, Layer& owner, bool trainable, std::vector<WeightEntry>& out, std::set<const Weight*>& seen) {
  // As in Keras: to freeze a model is to freeze its layers, BatchNormalization among them.
  if (ModelLayer* model = as_model(layer); model && !layer.trainable) Model(model->model()).set_trainable(false);
  trainable = trainable && layer.trainable;
  for (const bool kind : {true, false})
    for (Weight& w : layer.weights().own())
      if (w.trainable == kind && seen.insert(&w).second) out.push_back({&w, &owner, trainable && kind});
  for (const Weights::Child& c : layer.weights().children()) collect(*c.layer, owner, trainable, out, seen);
}

}  // namespace

void name_layers(const std::vector<LayerRef>& layers) {
  std::map<std::string, const Layer*> taken;
  for (const LayerRef& l : layers) {
    if (l->automatic_name()) continue;
    const auto [at, fresh] = taken.emplace(l->name(), &*l);
    if (!fresh && at->second != &*l)
      fail(Code::value, "two layers are named '" + escaped(l->name()) + "' (" + at->second->class_name() + " and " +
                            l->class_name() + "); every layer of a model needs a name of its own");
  }
  for (const LayerRef& l : layers) {
    if (!l->automatic_name()) continue;
    if (!l->name().empty()) {
      const auto [at, fresh] = taken.emplace(l->name(), &*l);
      if (fresh || at->second == &*l) continue;
    }
    const std::string base = snake_case(l->class_name());
    std::string name = base;
    for (int n = 1; taken.count(name) != 0; ++n) name = base + "_" + std::to_string(n);
    taken.emplace(name, &*l);
    l->set_name(name, true);
  }
}

std::vector<WeightEntry> weights_of(const std::vector<LayerRef>& layers) {
  std::vector<WeightEntry> out;
  std::set<const Weight*> seen;
  for (const LayerRef& l : layers) collect(*l, *l, true, out, seen);
  return out;
}

Graph Graph::make(const std::vector<SymbolicTensor>& inputs, const std::vector<SymbolicTensor>& outputs) {
  if (inputs.empty() || outputs.empty()) fail(Code::value, "a model needs at least one input and one output");
  for (const SymbolicTensor& t : inputs)
    if (t.node()->layer)
      fail(Code::value, "a model's inputs must come from Input(); this one comes from " + t.node()->layer->described());

  Walk w = walk(outputs);
  // Depths, from the outputs back: a node lies one deeper than the deepest of its readers, and all calls of one layer at least
  // as deep as the last of them met.
  std::unordered_map<const GraphNode*, int> depth;
  std::vector<const GraphNode*> named;  // in the order in which they come up: Keras's within a depth, when it runs the graph
  std::unordered_map<const void*, int> operation_depth;
  for (auto it = w.finished.rbegin(); it != w.finished.rend(); ++it) {
    const GraphNode& node = **it;
    if (depth.count(&node) == 0) named.push_back(&node);
    const int d = std::max(depth[&node], operation_depth[operation(node)]);
    depth[&node] = operation_depth[operation(node)] = d;
    for (const SymbolicTensor& t : node.inputs) {
      if (depth.count(t.node().get()) == 0) named.push_back(t.node().get());
      int& up = depth[t.node().get()];
      up = std::max(up, d + 1);
    }
  }
  std::vector<GraphNode*> order = w.finished;
  std::stable_sort(order.begin(), order.end(), [&](const GraphNode* a, const GraphNode* b) { return depth[a] > depth[b]; });

  Graph graph;
  std::unordered_map<const GraphNode*, int> number;
  std::map<std::string, int> input_names;
  const auto add_input = [&](const GraphNode& node) {
    require_plain_name("an Input", node.input_name);
    if (!number.emplace(&node, static_cast<int>(graph.nodes.size())).second)
      fail(Code::value, "the same Input is given to the model twice");
    graph.inputs.push_back(static_cast<int>(graph.nodes.size()));
    graph.nodes.push_back({LayerRef(), node.input_name, {}, node.output_shapes, MaskFlow::none, {}, {}});
    if (!node.input_name.empty() && ++input_names[node.input_name] > 1)
      fail(Code::value, "two inputs are named '" + escaped(node.input_name) + "'");
  };
  for (const SymbolicTensor& t : inputs) add_input(*t.node());
  for (Node& n : graph.nodes) {
    if (!n.name.empty()) continue;
    n.name = "input_layer";
    for (int i = 1; input_names.count(n.name) != 0; ++i) n.name = "input_layer_" + std::to_string(i);
    input_names[n.name] = 1;
  }

  std::map<const Layer*, std::pair<int, LayerRef>> layers;
  for (const GraphNode* node : order) {
    if (!node->layer) {
      if (number.count(node) == 0)
        fail(Code::value, "an output depends on an Input of shape " + node->output_shapes[0].text() +
                              " that is not among the model's inputs");
      continue;
    }
    const int k = static_cast<int>(graph.nodes.size());
    Node n;
    n.layer = node->layer;
    n.out = node->output_shapes;
    n.hide_masks = node->hide_masks;
    n.no_masks = node->no_masks;
    n.late_mask = node->late_mask;
    // What several inputs hide in Keras are the masks of layers that take states; attention sees those of all its inputs.
    if (!n.hide_masks && node->inputs.size() > 1 && !has_return_sequences(*node->layer)) n.hide_masks = false;
    for (const SymbolicTensor& t : node->inputs) {
      const auto at = number.find(t.node().get());
      if (at == number.end()) fail(Code::internal, "a graph is not in topological order");
      n.in.push_back({at->second, t.output()});
      std::vector<int>& readers = graph.nodes[static_cast<std::size_t>(at->second)].consumers;
      if (readers.empty() || readers.back() != k) readers.push_back(k);
    }
    number.emplace(node, k);
    graph.nodes.push_back(std::move(n));
    const bool first_call = layers.emplace(&*node->layer, std::pair{w.first_met.at(operation(*node)), node->layer}).second;
    if (!first_call && node->layer->stateful())
      fail(Code::unsupported,
           node->layer->described() +
               " is stateful and called more than once in one model.\n"
               "  likely: in Keras the calls would hand one state on to each other, in an order that nothing says\n"
               "  fix:    a layer for each call, or stateful = false");
  }
  for (const SymbolicTensor& t : outputs) graph.outputs.push_back({number.at(t.node().get()), t.output()});

  struct Place {
    int depth, met;
    LayerRef layer;
  };
  std::vector<Place> places;
  for (auto& [layer, at] : layers) places.push_back({operation_depth[layer], at.first, at.second});
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.depth != b.depth ? a.depth > b.depth : a.met < b.met; });
  for (Place& p : places) graph.layers.push_back(p.layer);

  name_layers(graph.layers);
  for (Node& n : graph.nodes)
    if (n.layer) n.name = n.layer->name();
  for (const Node& n : graph.nodes)
    if (n.layer && input_names.count(n.name) != 0)
      fail(Code::value, "an input and a layer are both named '" + escaped(n.name) + "'");
  find_masks(graph);
  std::stable_sort(named.begin(), named.end(), [&](const GraphNode* a, const GraphNode* b) { return depth[a] > depth[b]; });
  for (const GraphNode* node : named) graph.run_order.push_back(number.at(node));
  FlatCalls calls;
  const Graph flat = flattened(graph, false, &calls);  // a model in it knows its own layers
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    const auto model = calls.models.find(static_cast<int>(k));
    if (model != calls.models.end()) {
      if (model->second.given_none) graph.nodes[k].unseen = {~0U, ~0U};
    } else if (graph.nodes[k].layer) {
      graph.nodes[k].unseen = flat.nodes[static_cast<std::size_t>(calls.at[k][0].node)].unseen;
    }
  }
  graph.mask_refusal = flat.mask_refusal;
  graph.mask_loss = flat.mask_loss;
  return graph;
}

}  // namespace rondo
