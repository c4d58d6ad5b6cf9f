// Adadelta: steps in the weight's own unit, from averages of squared gradients and of squared steps (Zeiler 2012).
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct AdadeltaOptions {
  LearningRate learning_rate = 0.001;
  double rho = 0.95;
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

class Adadelta : public OptimizerRef {
 public:
  explicit Adadelta(const AdadeltaOptions& options = {});
};

}  // namespace rondo
