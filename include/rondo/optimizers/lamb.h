// Lamb: Adam's step, made as long as a share of the weight's own norm (You et al. 2019).
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct LambOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
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

class Lamb : public OptimizerRef {
 public:
  explicit Lamb(const LambOptions& options = {});
};

}  // namespace rondo
