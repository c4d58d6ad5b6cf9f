// LossScaleOptimizer. With s the scale, n the finite steps since it moved, g all gradients of a step:
//   s g finite in float32:   the inner optimizer's step; n += 1; at n = dynamic_growth_steps  s <- 2 s, n <- 0
//   otherwise:               no step at all;  s <- s / 2, n <- 0
#include <cmath>
#include <limits>

#include "core/words.h"
#include "rondo/core/error.h"
#include "rondo/optimizers/loss_scale_optimizer.h"

namespace rondo {

bool Optimizer::admit(std::span<real* const> gradients, std::span<const Index> sizes) noexcept {
  if (!loss_scale) return true;
  LossScale& s = *loss_scale;
  float watched = 0;  // 0 as long as every product is finite, NaN from then on
  for (std::size_t w = 0; w < gradients.size(); ++w)
    for (Index i = 0; i < sizes[w]; ++i) watched += static_cast<float>(gradients[w][i]) * s.scale * 0.0f;
  if (watched == 0) return true;
  s.scale *= 0.5f;
  s.steps = 0;
  return false;
}

void Optimizer::LossScale::count() noexcept {
  if (++steps < dynamic_growth_steps) return;
  steps = 0;
  // Keras's scale becomes infinite here, and every step is skipped from then on.
  if (scale < 0x1p127f) scale *= 2;
}

LossScaleOptimizer::LossScaleOptimizer(OptimizerRef inner, const LossScaleOptions& options) : OptimizerRef(inner.shared()) {
  if (!*this) fail(Code::value, "LossScaleOptimizer needs an optimizer to wrap: LossScaleOptimizer(\"adam\")");
  Optimizer& optimizer = **this;
  if (optimizer.loss_scale)
    fail(Code::value, "LossScaleOptimizer: this " + optimizer.class_name() + " is wrapped in a LossScaleOptimizer already");
  const double scale = options.initial_scale;
  if (!(scale >= std::numeric_limits<float>::min() && scale <= std::numeric_limits<float>::max()))
    fail(Code::value,
         "LossScaleOptimizer: initial_scale must be a positive number that float32 has, got " + short_number(scale));
  constexpr Index most = std::numeric_limits<std::int32_t>::max();
  if (options.dynamic_growth_steps < 1 || options.dynamic_growth_steps > most)
    fail(Code::value, "LossScaleOptimizer: dynamic_growth_steps must be a whole number from 1 to " + std::to_string(most) +
                          ", got " + std::to_string(options.dynamic_growth_steps));
  optimizer.loss_scale = {scale, options.dynamic_growth_steps, static_cast<float>(scale), 0};
  optimizer.common.loss_scale_factor.reset();
}

}  // namespace rondo
