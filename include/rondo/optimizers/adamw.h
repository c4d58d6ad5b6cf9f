// AdamW: Adam whose weights decay by a share of their own (Loshchilov and Hutter 2017).
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct AdamWOptions {
  LearningRate learning_rate = 0.001;
  double weight_decay = 0.004;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<double> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<double> gradient_accumulation_steps = {};
};

class AdamW : public OptimizerRef {
 public:
  explicit AdamW(const AdamWOptions& options = {});
};

}  // namespace rondo
