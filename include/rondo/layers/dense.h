// Dense: the same affine map for every row.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct DenseOptions {
  Activation activation = "linear";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  Shape input_shape = {};
  std::string name = {};
};

// y = activation(x.W + b) over the last axis: (..., features) -> (..., units). Passes masks on.
// Throws Error(value | unsupported) for units <= 0 or an unknown activation; Error(shape) for fewer than 2 axes.
class Dense : public LayerRef {
 public:
  explicit Dense(Index units, const DenseOptions& options = {});
};

}  // namespace rondo
