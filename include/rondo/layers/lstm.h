// LSTM: long short-term memory.
#pragma once

#include <optional>

#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct LSTMOptions {
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;  // the forget gate's bias starts at 1
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};  // of every output
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  double dropout = 0;                 // the share of x that becomes 0 in training, the same in all time steps
  double recurrent_dropout = 0;       // the share of h, for each gate; slower: it leaves the fused step
  std::optional<Index> seed = {};     // of both; beside fit's seed, the step, the layer's name and the sample
  bool return_sequences = false;      // the output of every time step instead of the last one's
  bool return_state = false;          // also the final h and c
  bool go_backwards = false;          // reads from the end; outputs stay in reading order
  bool stateful = false;              // keeps its state from batch to batch; needs a fixed batch_size
  bool unroll = false;                // accepted; changes no number
  bool zero_output_for_mask = false;  // masked steps give zeros instead of repeating the output before
  Index batch_size = None;            // only with stateful
  Shape input_shape = {};             // (time steps, features) of the first layer
  std::string name = {};
};

// (samples, time steps, features) -> (samples, units), or (samples, time steps, units) with return_sequences.
// Equations: src/layers/recurrent/lstm_cell.h; Hochreiter & Schmidhuber (1997), as in keras.layers.LSTM.
// Throws Error(value | unsupported) for units <= 0 or an unknown activation; Error(shape) when built on other than 3 axes.
//
//     model.add(LSTM(32, {.input_shape = {10, 1}}));
class LSTM : public LayerRef {
 public:
  explicit LSTM(Index units, const LSTMOptions& options = {});
};

}  // namespace rondo
