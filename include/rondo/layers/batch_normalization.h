// BatchNormalization: each feature brought to mean 0 and variance 1 over the batch.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

struct BatchNormalizationOptions {
  Index axis = -1;         // the axis that keeps its own mean and variance
  double momentum = 0.99;  // of the moving averages: moving = momentum * moving + (1 - momentum) * batch
  double epsilon = 1e-3;   // added to the variance
  bool center = true;      // add beta
  bool scale = true;       // multiply by gamma
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Initializer moving_mean_initializer = "zeros";
  Initializer moving_variance_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  Shape input_shape = {};  // without samples
  std::string name = {};
};

// Input and output (samples, ..., features). Training takes mean and (biased) variance from the valid steps of the whole batch
// and moves the moving averages, which everything else uses; so does training when the layer is not trainable.
class BatchNormalization : public LayerRef {
 public:
  explicit BatchNormalization(BatchNormalizationOptions options = {});
};

}  // namespace rondo
