// ConvLSTM2D: an LSTM over films, with convolutions in place of its products.
#pragma once

#include <optional>

#include "rondo/layers/layer.h"
#include "rondo/layers/size2d.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct ConvLSTM2DOptions {
  Size2D strides = 1;                         // of the input's convolution; that of the state has none
  std::string padding = "valid";              // or "same"
  std::string data_format = "channels_last";  // or "channels_first": (samples, time steps, channels, rows, columns)
  Size2D dilation_rate = 1;
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
  double dropout = 0;                 // the share of x that becomes 0 in training, for each gate, the same in all time steps
  double recurrent_dropout = 0;       // the share of h, for each gate
  std::optional<Index> seed = {};     // of both; beside fit's seed, the step, the layer's name and the sample
  bool return_sequences = false;      // the output of every time step instead of the last one's
  bool return_state = false;          // also the final h and c
  bool go_backwards = false;          // reads from the end; outputs stay in reading order
  bool stateful = false;              // keeps its state from batch to batch; needs a fixed batch_size
  bool zero_output_for_mask = false;  // masked steps give zeros instead of repeating the output before
  Index batch_size = None;            // only with stateful
  Shape input_shape = {};             // time steps, rows, columns, channels
  std::string name = {};
};

// (samples, time steps, rows, columns, channels) -> (samples, rows', columns', filters), or (samples, time steps, rows',
// columns', filters) with return_sequences; then, with return_state, h and c. Initial states may come after x. A masked time
// step is passed by. Equations: src/layers/conv_lstm2d.cpp. Throws Error(value) as Conv2D; Error(shape) for other
// axes, for sizes of a frame that are not known, and for frames smaller than the window.
class ConvLSTM2D : public LayerRef {
 public:
  ConvLSTM2D(Index filters, Size2D kernel_size, const ConvLSTM2DOptions& options = {});
};

}  // namespace rondo
