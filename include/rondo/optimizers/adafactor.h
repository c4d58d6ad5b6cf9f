// Adafactor: the average of squared gradients of a matrix kept as one of its rows and one of its columns (Shazeer and
// Stern 2018).
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct AdafactorOptions {
  LearningRate learning_rate = 0.001;
  double beta_2_decay = -0.8;
  double epsilon_1 = 1e-30;
  double epsilon_2 = 1e-3;
  double clip_threshold = 1.0;
  bool relative_step = true;
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

class Adafactor : public OptimizerRef {
 public:
  explicit Adafactor(const AdafactorOptions& options = {});
};

}  // namespace rondo
