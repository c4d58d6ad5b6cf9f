// LayerNormalization: every row to mean 0 and variance 1, then scaled and shifted.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

struct LayerNormalizationOptions {
  std::vector<Index> axis = {-1};  // the axes whose values are normalised together; each has its own gamma and beta
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Regularizer beta_regularizer = {};
  Regularizer gamma_regularizer = {};
  Constraint beta_constraint = {};
  Constraint gamma_constraint = {};
  Shape input_shape = {};  // without samples
  std::string name = {};
};

// Input and output of one shape; masks pass, and masked rows move no weight. (With time steps in `axis` padding takes part, as
// in Keras.) Throws Error(shape) for an axis of unknown size.
class LayerNormalization : public LayerRef {
 public:
  explicit LayerNormalization(const LayerNormalizationOptions& options = {});
};

}  // namespace rondo
