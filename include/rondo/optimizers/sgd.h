// SGD: gradient descent, with momentum if asked for.
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct SGDOptions {
  LearningRate learning_rate = 0.01;
  double momentum = 0.0;
  bool nesterov = false;
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

class SGD : public OptimizerRef {
 public:
  explicit SGD(const SGDOptions& options = {});
};

}  // namespace rondo
