// Conv1D: a weighted sum over a window of time steps.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct Conv1DOptions {
  Index strides = 1;
  std::string padding = "valid";              // "same", or "causal": no step sees a later one
  std::string data_format = "channels_last";  // or "channels_first": (samples, features, time steps)
  Index dilation_rate = 1;                    // steps from one tap to the next
  Index groups = 1;                           // features and filters are cut into so many parts, each with its own
  Activation activation = "linear";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  Shape input_shape = {};  // without samples
  std::string name = {};
};

// (samples, time steps, features) -> (samples, fewer or as many time steps, filters). A mask cannot pass: a build error, unless
// the model has keras_mask_compat. Throws Error(value) for sizes that are not positive, groups that do not divide, strides with
// dilation.
class Conv1D : public LayerRef {
 public:
  Conv1D(Index filters, Index kernel_size, const Conv1DOptions& options = {});
};

}  // namespace rondo
