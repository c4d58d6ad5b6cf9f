// RMSprop: the gradient over the root of the moving average of its square.
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct RMSpropOptions {
  LearningRate learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0.0;
  double epsilon = 1e-7;
  bool centered = false;
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

class RMSprop : public OptimizerRef {
 public:
  explicit RMSprop(const RMSpropOptions& options = {});
};

}  // namespace rondo
