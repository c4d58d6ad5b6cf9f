// LossScaleOptimizer, Keras's wrapper of another optimizer, for training that skips a step whose gradients overflow:
//
//     model.compile({.optimizer = LossScaleOptimizer(Adam({.learning_rate = 0.01})), .loss = "mse"})
//
// Keras multiplies the loss by a scale before the gradients and divides them by it afterwards. A power of two moves no number
// in float32, so nothing is multiplied here: the numbers are the inner optimizer's, and the scale says which steps are skipped:
// those where a weight's gradient times the scale is not finite. (Keras's may overflow before that, inside a layer.)
#pragma once

#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct LossScaleOptions {
  double initial_scale = 0x1p15;
  Index dynamic_growth_steps = 2000;  // so many finite steps in a row double the scale
};

// The inner optimizer itself, which from then on skips steps: its learning rate, its steps and its state are what
// model.optimizer() shows. Its loss_scale_factor is taken off, as in Keras. Throws Error(value) for options out of range and
// for an optimizer that is wrapped already.
class LossScaleOptimizer : public OptimizerRef {
 public:
  explicit LossScaleOptimizer(OptimizerRef inner_optimizer, const LossScaleOptions& options = {});
};

}  // namespace rondo
