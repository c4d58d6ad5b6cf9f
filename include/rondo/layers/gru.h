// GRU: gated recurrent unit.
#pragma once

#include <optional>

#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct GRUOptions {
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};  // of every output
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  double dropout = 0;              // the share of x that becomes 0 in training, the same in all time steps
  double recurrent_dropout = 0;    // the share of h, for each gate; slower: it leaves the fused step
  std::optional<Index> seed = {};  // of both; beside fit's seed, the step, the layer's name and the sample
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool reset_after = true;  // the reset gate multiplies h.U instead of h; then there are two biases
  bool zero_output_for_mask = false;
  Index batch_size = None;
  Shape input_shape = {};
  std::string name = {};
};

// (samples, time steps, features) -> (samples, units), or (samples, time steps, units) with return_sequences.
// Equations: src/layers/recurrent/gru_cell.h and gru_reset_before_cell.h; Cho et al. (2014), as in keras.layers.GRU.
// Throws as LSTM does.
class GRU : public LayerRef {
 public:
  explicit GRU(Index units, const GRUOptions& options = {});
};

}  // namespace rondo
