// Adam: moving averages of the gradient and of its square (Kingma and Ba 2014), as Keras writes it.
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct AdamOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
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

class Adam : public OptimizerRef {
 public:
  explicit Adam(const AdamOptions& options = {});
};

}  // namespace rondo
