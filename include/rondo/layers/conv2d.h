// Conv2D: filters that slide over images.
#pragma once

#include "rondo/layers/layer.h"
#include "rondo/layers/size2d.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct Conv2DOptions {
  Size2D strides = 1;
  std::string padding = "valid";              // or "same": zeros around, as many rows and columns out as in (for strides of 1)
  std::string data_format = "channels_last";  // or "channels_first": (samples, channels, rows, columns)
  Size2D dilation_rate = 1;                   // rows and columns between the taps of a filter
  Index groups = 1;                           // filters of one group see the channels of that group only
  Activation activation = "linear";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  Shape input_shape = {};  // rows, columns, channels
  std::string name = {};
};

// y = activation(x * W + b): (samples, rows, columns, channels) -> (samples, rows', columns', filters). A film, (samples, time
// steps, rows, columns, channels), goes through TimeDistributed(Conv2D(...)). It cannot pass a mask on.
//
//   Conv2D(32, 3, {.padding = "same", .activation = "relu"})      Conv2D(8, {1, 5})
//
// Throws Error(value) for sizes that are not positive, groups that do not divide filters or channels, strides
// and dilation_rate both above 1 (as Keras); Error(shape) for other than 4 axes or an image smaller than the
// window.
class Conv2D : public LayerRef {
 public:
  Conv2D(Index filters, Size2D kernel_size, const Conv2DOptions& options = {});
};

}  // namespace rondo
