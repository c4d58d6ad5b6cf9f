// The graph a model runs: call nodes in topological order. A layer called twice is two nodes with one set of weights.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rondo/layers/layer.h"
#include "rondo/model/model.h"

namespace rondo {

// One call of a layer (or one input of the model, when layer is empty). Made by LayerRef::call and Input.
struct GraphNode {
  LayerRef layer;                      // empty: an input
  std::string input_name;              // of an input
  std::vector<SymbolicTensor> inputs;  // what flows in
  Shapes output_shapes;                // with samples first; None where unknown
  std::optional<bool> hide_masks;      // from this call, which passes them on all the same; not set: see Graph::keras_masks
  bool late_mask = false;              // of a file: its mask is what the tensor has when the model runs (find_taken_masks)
  bool no_masks = false;               // the call says that there are none: see Graph::ignores_masks
};

// Where a node reads: output `output` of node number `node` in Graph::nodes.
struct Edge {
  int node;
  int output;
};

struct Graph {
  struct Node {
    LayerRef layer;  // empty: input
    std::string name;
    std::vector<Edge> in;
    Shapes out;  // symbolic
    MaskFlow mask = MaskFlow::none;
    std::optional<bool> hide_masks;  // see GraphNode
    std::vector<int> consumers;      // node numbers, ascending
    bool no_masks = false;           // see GraphNode
    bool late_mask = false;          // see GraphNode
    // Bit i: Keras has taken the mask off input i (find_taken_masks); in inference, in training.
    std::array<unsigned, 2> unseen{};
  };
  std::vector<Node> nodes;  // topological; inputs first, in the model's order
  std::vector<int> inputs;
  std::vector<Edge> outputs;
  std::vector<LayerRef> layers;  // each once, in order of first call
  bool masked_inputs = false;    // inputs with time steps carry a mask

  // As Keras: a layer called with more than its input (an initial state) does not see the input's mask, but passes it on.
  bool keras_masks = false;
  bool hides_masks(const Node& node) const {
    return ignores_masks(node) || node.hide_masks.value_or(keras_masks && node.in.size() > 1 && node.mask != MaskFlow::make &&
                                                           node.mask != MaskFlow::drop);
  }
  // The masks of single inputs that a call does not see, one bit each; and whether an output of the model has lost its mask.
  unsigned unseen_masks(const Node& node, bool training) const {
    return keras_masks && !masked_inputs ? node.unseen[training ? 1 : 0] : 0U;
  }
  bool output_loses_mask(std::size_t i, bool training) const {
    const std::vector<char>& taken = taken_outputs[training ? 1 : 0];
    return keras_masks && !masked_inputs && i < taken.size() && taken[i] != 0;
  }
  std::array<std::vector<char>, 2> taken_outputs;  // in inference, in training; by output: see find_taken_masks
  std::vector<int> run_order;                      // of nodes, as Keras runs them; empty in a flattened graph
  // It neither sees masks nor passes any on; but what is known of the ends of sequences stays true.
  bool ignores_masks(const Node& node) const { return node.no_masks && !masked_inputs; }
  std::string mask_refusal;  // "" or why a mask would be lost, naming the layer: see ModelState::built
  std::string mask_loss;     // the same where Keras's silence is asked for: what is lost

  // Nodes and layers come in Keras's order (by depth, then by traversal), because that is the order of weights in a file.
  // Layers without a name get one. Throws Error(shape | value) for an output that no input reaches, or two layers of one name.
  static Graph make(const std::vector<SymbolicTensor>& inputs, const std::vector<SymbolicTensor>& outputs);
};

// Where the values of a graph are in the flattened one: of each node's outputs, and what flows in for an input.
struct FlatCalls {
  const Graph* graph = nullptr;
  std::vector<std::vector<Edge>> at;
  std::map<int, FlatCalls> models;  // by node: a model called there
  bool each_step = false;           // in a TimeDistributed
  bool given_none = false;          // its mask is what the tensor has then, and it has none (find_taken_masks)
};

// The graph that runs: every model in it (model_layer.h), also one in a TimeDistributed, is replaced by the calls it is made
// of, and it is known who sees which masks. `masked_inputs`: see Graph.
Graph flattened(const Graph& graph, bool masked_inputs = false, FlatCalls* calls = nullptr);
// Whether a layer in it, or in a model in it, has a penalty on what it puts out.
bool penalises(const Graph& graph);
// Finds which values carry a mask, and why one would be lost.
void find_masks(Graph& graph);

// Finds which masks Keras's attention takes off tensors when calls run in their order, and who then does not see them.
void find_taken_masks(Graph& flat, FlatCalls& calls);

// Whether this output of a node that passes a mask on carries it: output 0, and what else has time steps.
bool carries_passed_mask(const Graph::Node& node, int output);
// Whether this value carries a mask.
bool carries_mask(const Graph& graph, const Edge& e);

// Gives every unnamed layer the next free name of its class: lstm, lstm_1. Throws Error(value) if two were given the same name.
void name_layers(const std::vector<LayerRef>& layers);

// A weight, whether training moves it, and the layer it belongs to (the one named in messages, not one inside it).
struct WeightEntry {
  Weight* weight;
  Layer* layer;
  bool trained;
};
// Layer by layer, in Keras's order: a layer's own trainable weights, its other ones, then those of the layers inside it.
std::vector<WeightEntry> weights_of(const std::vector<LayerRef>& layers);

}  // namespace rondo
