// What LSTM, GRU, SimpleRNN and their company share: Keras's arguments of every recurrent layer.
#pragma once

#include <memory>
#include <vector>

#include "rondo/layers/layer.h"

namespace rondo {

// Input (samples, time steps, features); optionally one initial state (samples, units) per state after it.
// Output (samples, units), or (samples, time steps, units) with return_sequences; then, with return_state, the final states.
class RecurrentLayer : public Layer {
 public:
  Index units = 0;  // or filters: the size of the output's last axis
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;  // reads the sequence from its end; the outputs come in that order too, as in Keras
  bool keep_state = false;    // Keras's `stateful`
  bool unroll = false;        // accepted for Keras's sake: it changes no number
  bool zero_output_for_mask = false;

  bool stateful() const override { return keep_state; }
  virtual int states() const = 0;  // 2 for LSTM (h, c), 1 for GRU and SimpleRNN (h)
  virtual Index input_rank() const { return 3; }
  // A new layer with the same config, go_backwards flipped, and weights of its own (for Bidirectional).
  virtual std::shared_ptr<Layer> reversed_copy() const = 0;
};

// A cell of your own, for RNN and StackedRNNCells: a layer that is this too, and makes one time step.
//
//   inputs    x (samples, features), then its states, (samples, size) each
//   outputs   what it gives (samples, output_size), then the states after the step, in the same order
//
//     class MinimalCell : public CustomLayer, public RNNCell { ... };     RNN(LayerRef(std::make_shared<MinimalCell>(32)))
//
// RNN walks over time, calls it once a step, keeps the states and takes care of masks: in a masked step the states and the
// output stay as they are, whatever the cell makes of them. It sees zeros where x is masked. Unlike Keras's cells it has no
// fused step. (tests/layers/own_cell_test.cpp is one.)
class RNNCell {
 public:
  virtual ~RNNCell() = default;
  virtual std::vector<Index> state_sizes() const = 0;  // at least one
  virtual Index output_size() const { return state_sizes().front(); }
  // A cell with the same config and weights of its own: Bidirectional asks for one.
  virtual std::shared_ptr<Layer> fresh() const { return nullptr; }
};

}  // namespace rondo
