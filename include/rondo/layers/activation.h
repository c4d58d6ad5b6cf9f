// Activations as layers. All keep shape and mask.
#pragma once

#include <optional>

#include "rondo/layers/layer.h"

namespace rondo {

struct ActivationLayerOptions {
  Shape input_shape = {};  // without samples
  std::string name = {};
};

// Keras's layer Activation (here that name is the type of an activation's name): any function by name, ActivationLayer("relu").
class ActivationLayer : public LayerRef {
 public:
  explicit ActivationLayer(const Activation& activation, const ActivationLayerOptions& options = {});
};

struct ReLUOptions {
  std::optional<double> max_value = {};
  double negative_slope = 0.0;
  double threshold = 0.0;
  Shape input_shape = {};
  std::string name = {};
};

// y = x from threshold on, at most max_value; below, negative_slope (x - threshold).
class ReLU : public LayerRef {
 public:
  explicit ReLU(const ReLUOptions& options = {});
};

struct LeakyReLUOptions {
  double negative_slope = 0.3;  // the function leaky_relu uses 0.2
  Shape input_shape = {};
  std::string name = {};
};

class LeakyReLU : public LayerRef {
 public:
  explicit LeakyReLU(const LeakyReLUOptions& options = {});
};

struct PReLUOptions {
  Initializer alpha_initializer = "zeros";
  Regularizer alpha_regularizer = {};
  Constraint alpha_constraint = {};
  std::vector<Index> shared_axes = {};  // axes (from 1) that share one alpha: {1} for sequences of any length
  Shape input_shape = {};
  std::string name = {};
};

// y = x, or alpha x where x is negative, with alpha trained.
class PReLU : public LayerRef {
 public:
  explicit PReLU(const PReLUOptions& options = {});
};

struct ELUOptions {
  double alpha = 1.0;
  Shape input_shape = {};
  std::string name = {};
};

// y = x, or alpha (exp(x) - 1) where x is negative.
class ELU : public LayerRef {
 public:
  explicit ELU(const ELUOptions& options = {});
};

struct SoftmaxOptions {
  std::vector<Index> axis = {-1};
  Shape input_shape = {};
  std::string name = {};
};

// y = exp(x) / sum of exp(x) along axis, over the steps the mask keeps; masked steps give 0.
class Softmax : public LayerRef {
 public:
  explicit Softmax(const SoftmaxOptions& options = {});
};

}  // namespace rondo
