// The graph a model runs: call nodes in topological order. A layer called twice is two nodes with one set of weights.
#pragma once

#include <string>
#include <vector>

#include "rondo/layers/layer.h"
#include "rondo/model/model.h"

namespace rondo {

// One call of a layer (or one input of the model, when layer is empty). Made by LayerRef::call and Input.
struct GraphNode {
  LayerRef layer;                       // empty: an input
  std::string input_name;               // of an input
  std::vector<SymbolicTensor> inputs;   // what flows in
  Shapes output_shapes;                 // with samples first; None where unknown
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
    Shapes out;                 // symbolic
    MaskFlow mask = MaskFlow::none;
    std::vector<int> consumers;  // node numbers, ascending
  };
  std::vector<Node> nodes;      // topological; inputs first, in the model's order
  std::vector<int> inputs;
  std::vector<Edge> outputs;
  std::vector<LayerRef> layers;  // each once, in order of first call

  // Throws Error(shape) naming the layer for an output that no input reaches, or a mask that would be dropped.
  static Graph make(const std::vector<SymbolicTensor>& inputs, const std::vector<SymbolicTensor>& outputs);
};

}  // namespace rondo
