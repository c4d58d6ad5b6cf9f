// The walk over time of a cell that a user wrote: one call of the cell a time step.
//
// A masked row goes through the cell as zeros with the states it has; what comes out is passed by, and no gradient goes in. So
// a row stays the sample it is, whose random draws do not depend on the masks of others.
#pragma once

#include "layers/recurrent/arguments.h"
#include "rondo/layers/recurrent.h"

namespace rondo {

class Steps final : public RecurrentLayer, public OutputRows {
 public:
  explicit Steps(const LayerRef& cell);  // which is an RNNCell too

  std::string class_name() const override { return cell_->class_name(); }
  void describe(ConfigVisitor&) override {}
  int states() const override { return static_cast<int>(sizes_.size()); }
  std::shared_ptr<Layer> reversed_copy() const override { return nullptr; }  // RNN copies the cell
  void build(const Shapes&, Weights&) override {}
  Shapes output_shapes(const Shapes& in) const override;
  void plan(const Shapes& in, Plan& plan) const override;
  void forward(const Run& run) const noexcept override;
  void backward(const Run& run) const noexcept override;

  static constexpr int most_states = 6;
  // What the cell meets in every step: x and its states.
  Shapes step_inputs(Index samples, Index features) const;

 private:
  struct Walk;  // one call
  LayerRef cell_;
  std::vector<Index> sizes_;  // of its states
};

}  // namespace rondo
