// Lion: steps of one size, by the sign of a moving average (Chen et al. 2023).
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct LionOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.99;
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

class Lion : public OptimizerRef {
 public:
  explicit Lion(const LionOptions& options = {});
};

}  // namespace rondo
