// Recurrent: the walk over time that every recurrent layer shares. It owns time order, masks, initial and carried state,
// return_sequences, return_state, go_backwards and every product; the cell owns the equations of one step.
//
// Shapes: x (B, T, F) -> h (B, H), or (B, T, H) with return_sequences. Inside, rows are time-major and packed: the valid steps
// of each sample come first, samples are ordered by length, and step s runs on the `alive[s]` samples that have one. So padded,
// gappy and dense batches are one code path, cost what their real steps cost, and never read a masked value.
#pragma once

#include "kernels/kernels.h"
#include "layers/base/activity.h"
#include "layers/recurrent/arguments.h"
#include "layers/recurrent/cell.h"

namespace rondo {

class Recurrent : public RecurrentLayer, public CellArguments, public ActivityRegularized, public OutputRows {
 public:
  void build(const Shapes& in, Weights& weights) override;
  Shapes output_shapes(const Shapes& in) const override;
  void check_inputs(const Shapes& in) const;  // throws unless x, or x and one initial state for every state
  void plan(const Shapes& in, Plan& plan) const override;
  void forward(const Run& run) const noexcept override;
  void backward(const Run& run) const noexcept override;
  void pack(Weights& weights, bool for_training) const noexcept override;
  void check() const override;
  MaskFlow mask_flow(std::span<const bool> masked) const override;
  std::string streaming_refusal() const override;
  int states() const override { return cell().shape.states; }
  std::shared_ptr<Layer> reversed_copy() const override;
  // The same config without weights.
  virtual std::shared_ptr<Recurrent> copy() const = 0;
  // LSTMCell and its like (cell_of.h): the walk of an RNN, which decides what Keras's cells have no argument for.
  virtual bool is_cell() const { return false; }

 protected:
  virtual const Cell& cell() const = 0;
  // GRU with reset_after: a bias of shape (2, 3H), whose second row belongs to h.U. Otherwise one, (columns H).
  virtual bool two_biases() const { return false; }
  // SimpleRNN has no gate, and no recurrent_activation.
  virtual bool gated() const { return true; }
  virtual Initializer first_bias() const { return bias_initializer; }
  // The fields all recurrent layers share, in Keras's order: before and after those of the layer alone.
  void describe_weights(ConfigVisitor& visitor);
  void describe_rest(ConfigVisitor& visitor);

 public:
  // From the options all of them share.
  template <class Options>
  void take(Index n, const Options& o) {
    units = n;
    take_cell(o);
    if constexpr (requires { o.return_sequences; }) {
      take_walk(*this, o);
      activity_regularizer = o.activity_regularizer;
    }
    set_name(o.name);
  }
  void copy_config(const Recurrent& from);

  const Layer* rnn = nullptr;  // of a cell: the RNN it is in
  void require_rnn() const;    // throws Error(unsupported) if it is in none

 private:
  struct Walk;  // one call
  Padded padded(Index features) const;
  bool standard() const;  // tanh and sigmoid
  RowFunctions row_functions(const Run& run) const noexcept;

  // Once built:
  const ActivationFunction *activation_ = nullptr, *recurrent_activation_ = nullptr;
  bool by_rows_ = false;  // the kernels have not both of them
};

}  // namespace rondo
