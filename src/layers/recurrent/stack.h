// What is inside an RNN: one cell, or cells on top of each other.
#pragma once

#include <memory>
#include <vector>

#include "layers/base/state_tree.h"
#include "rondo/layers/recurrent.h"

namespace rondo {

// StackedRNNCells. It runs inside an RNN only, which walks each of its cells over the sequences.
class StackedCells final : public Layer {
 public:
  std::vector<LayerRef> cells;

  std::string class_name() const override { return "StackedRNNCells"; }
  void name_cells();  // those that have no name
  void describe(ConfigVisitor& visitor) override;
  void check() const override;
  // `in`: the sequences alone.
  void build(const Shapes& in, Weights& weights) override;
  Shapes output_shapes(const Shapes& in) const override;
  void plan(const Shapes&, Plan&) const override {}
  void forward(const Run&) const noexcept override {}
  void backward(const Run&) const noexcept override {}
};

// A cell of an RNN as a layer that walks it over sequences.
using Walked = std::shared_ptr<RecurrentLayer>;

// The cells in `cell`, those of a stack one by one; throws Error(unsupported) for what is no cell.
std::vector<Walked> walked_cells(const LayerRef& cell);
StateTree state_tree(const LayerRef& cell);
// A copy without weights.
LayerRef copy_of_cell(const LayerRef& cell);
// Books the weights of what is in an RNN for these sequences.
void build_cell(const LayerRef& cell, const std::string& folder, const Shape& sequences, Weights& weights);

}  // namespace rondo
