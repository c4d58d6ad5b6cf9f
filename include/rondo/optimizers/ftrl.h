// Ftrl: "follow the regularized leader", with L1 and L2 terms of its own (McMahan et al. 2013).
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct FtrlOptions {
  LearningRate learning_rate = 0.001;
  double learning_rate_power = -0.5;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0.0;
  double l2_regularization_strength = 0.0;
  double l2_shrinkage_regularization_strength = 0.0;
  double beta = 0.0;
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

class Ftrl : public OptimizerRef {
 public:
  explicit Ftrl(const FtrlOptions& options = {});
};

}  // namespace rondo
