// Adagrad: the gradient over the root of the sum of all squares so far (Duchi et al. 2011).
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct AdagradOptions {
  LearningRate learning_rate = 0.001;
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  std::optional<double> weight_decay = {};
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<double> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<double> gradient_accumulation_steps = {};
};

class Adagrad : public OptimizerRef {
 public:
  explicit Adagrad(const AdagradOptions& options = {});
};

}  // namespace rondo
