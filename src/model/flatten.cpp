// A graph without models in it. TimeDistributed(model) is the model's calls, each over every time step:
//
//   TimeDistributed(L2 . L1)  =  TimeDistributed(L2) . TimeDistributed(L1)
//
// so one session plans all values, masks flow in and out, and a layer that mixes samples mixes those of the whole batch.
#include <algorithm>

#include "layers/base/activity.h"
#include "layers/base/each_step.h"
#include "model/model_layer.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

class Flattener {
 public:
  explicit Flattener(Graph& out) : out_(out) {}

  // The edges that carry the graph's outputs when its inputs come along `inputs`. steps: how many TimeDistributed are around
  // it.
  std::vector<Edge> run(const Graph& graph, const std::vector<Edge>& inputs, int steps, bool trainable,
                        const std::string& prefix, FlatCalls& calls) {
    calls.graph = &graph;
    calls.at.resize(graph.nodes.size());
    std::vector<std::vector<Edge>>& at = calls.at;
    for (std::size_t i = 0; i < inputs.size(); ++i) at[static_cast<std::size_t>(graph.inputs[i])] = {inputs[i]};
    for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
      const Graph::Node& node = graph.nodes[k];
      if (!node.layer) continue;
      std::vector<Edge> in;
      for (const Edge& e : node.in) in.push_back(at[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)]);
      // A TimeDistributed around a model belongs to the model's calls.
      LayerRef layer = node.layer;
      int around = steps;
      bool trains = trainable;
      LayerRef inside = layer;
      for (int n = 0; inside; inside = layer_of_each_step(*inside), ++n) {
        if (as_model(*inside) == nullptr) continue;
        layer = inside;
        around += n;
        break;
      }
      if (&*layer != &*node.layer) trains = trains && node.layer->trainable;
      if (const ModelLayer* model = as_model(*layer)) {
        FlatCalls& inner = calls.models[static_cast<int>(k)];
        inner.each_step = around > steps;
        at[k] = run(model->graph(), in, around, trains && model->trainable, prefix + node.name + "/", inner);
        if (around > steps) every_step_.push_back({in[0], at[k][0], node.layer->described()});
      } else {
        at[k] = call(node, in, around, trains, prefix);
      }
    }
    std::vector<Edge> outputs;
    for (const Edge& e : graph.outputs)
      outputs.push_back(at[static_cast<std::size_t>(e.node)][static_cast<std::size_t>(e.output)]);
    return outputs;
  }

 private:
  std::vector<Edge> call(const Graph::Node& node, const std::vector<Edge>& in, int steps, bool trainable,
                         const std::string& prefix) {
    Graph::Node n;
    n.layer = node.layer;
    n.name = prefix + node.name;
    n.in = in;
    n.hide_masks = node.hide_masks;
    n.no_masks = node.no_masks;
    n.unseen = node.unseen;
    const int number = static_cast<int>(out_.nodes.size());
    if (number > ModelLayer::max_calls)
      fail(Code::unsupported, "a model made of more than " + std::to_string(ModelLayer::max_calls) + " calls");
    Shapes shapes;
    for (const Edge& e : in) {
      Graph::Node& from = out_.nodes[static_cast<std::size_t>(e.node)];
      shapes.push_back(from.out[static_cast<std::size_t>(e.output)]);
      if (from.consumers.empty() || from.consumers.back() != number) from.consumers.push_back(number);
    }
    std::vector<Shapes> around{shapes};  // the innermost last
    for (int i = 0; i < steps; ++i) {
      Shapes inner;
      for (const Shape& s : around.back()) {
        std::vector<Index> sizes(s.begin() + 1, s.end());
        sizes[0] = s[0] == None || s[1] == None ? None : checked_mul(s[0], s[1]);
        inner.emplace_back(std::move(sizes));
      }
      around.push_back(std::move(inner));
    }
    for (int i = steps; i-- > 0;) n.layer = each_step(n.layer, around[static_cast<std::size_t>(i)], trainable);
    n.out = n.layer->output_shapes(shapes);
    std::vector<Edge> outputs;
    for (std::size_t o = 0; o < n.out.size(); ++o) outputs.push_back({number, static_cast<int>(o)});
    out_.nodes.push_back(std::move(n));
    return outputs;
  }

  Graph& out_;
  struct EveryStep {
    Edge in, out;
    std::string described;
  };
  std::vector<EveryStep> every_step_;

 public:
  // The mask over the time steps around a model must come out of it.
  void check_masks() {
    for (const EveryStep& e : every_step_)
      if (out_.mask_refusal.empty() && carries_mask(out_, e.in) && !carries_mask(out_, e.out)) {
        out_.mask_loss = e.described + " loses the mask of its input";
        out_.mask_refusal = e.described + " would lose the mask of its input: the model in it does not hand it on.\n" +
                            "  fix:    put the layers of that model into TimeDistributed one by one\n" +
                            "  or:     model.set_keras_mask_compat(true);  // lose it in silence";
      }
  }
};

bool holds_model(const Graph& graph) {
  for (const Graph::Node& node : graph.nodes)
    for (LayerRef inside = node.layer; inside; inside = layer_of_each_step(*inside))
      if (as_model(*inside) != nullptr) return true;
  return false;
}

}  // namespace

bool penalises(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Graph::Node& node) {
    if (!node.layer) return false;
    for (LayerRef inside = node.layer; inside; inside = layer_of_each_step(*inside))
      if (const ModelLayer* model = as_model(*inside)) return penalises(model->graph());
    Shapes in;
    for (const Edge& e : node.in)
      in.push_back(graph.nodes[static_cast<std::size_t>(e.node)].out[static_cast<std::size_t>(e.output)]);
    return !penalised_by(*node.layer, in).empty();
  });
}

Graph flattened(const Graph& graph, bool masked_inputs, FlatCalls* given) {
  FlatCalls own;
  FlatCalls& calls = given ? *given : own;
  if (!holds_model(graph)) {
    Graph out = graph;
    calls.graph = &graph;
    for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
      std::vector<Edge>& at = calls.at.emplace_back();
      for (std::size_t o = 0; o < graph.nodes[k].out.size(); ++o) at.push_back({static_cast<int>(k), static_cast<int>(o)});
    }
    if (masked_inputs) {
      out.masked_inputs = true;
      out.mask_refusal.clear();
      find_masks(out);
    } else {
      find_taken_masks(out, calls);
    }
    return out;
  }
  Graph out;
  out.layers = graph.layers;
  out.keras_masks = graph.keras_masks;
  out.mask_loss = graph.mask_loss;
  out.masked_inputs = masked_inputs;
  std::vector<Edge> inputs;
  for (const int k : graph.inputs) {
    Graph::Node node = graph.nodes[static_cast<std::size_t>(k)];
    node.consumers.clear();
    const int number = static_cast<int>(out.nodes.size());
    out.inputs.push_back(number);
    inputs.push_back({number, 0});
    out.nodes.push_back(std::move(node));
  }
  Flattener flattener(out);
  out.outputs = flattener.run(graph, inputs, 0, true, "", calls);
  find_masks(out);
  flattener.check_masks();
  if (!masked_inputs) find_taken_masks(out, calls);
  return out;
}

}  // namespace rondo
