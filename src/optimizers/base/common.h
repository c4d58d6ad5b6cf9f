// Pieces for the files of single optimizers.
#pragma once

#include <cmath>
#include <string>

#include "core/words.h"
#include "rondo/core/error.h"
#include "rondo/optimizers/optimizer.h"

namespace rondo {

// The shared options out of an optimizer's own option struct, where they stand flat, as in Keras.
template <class Options>
OptimizerCommon common_of(const Options& o) {
  return {o.weight_decay,
          o.clipnorm,
          o.clipvalue,
          o.global_clipnorm,
          o.use_ema,
          o.ema_momentum,
          o.ema_overwrite_frequency,
          o.loss_scale_factor,
          o.gradient_accumulation_steps};
}

inline void check_fraction(const Optimizer& optimizer, const char* key, double value) {
  if (!(value >= 0 && value < 1))
    fail(Code::value, optimizer.class_name() + ": " + key + " must be at least 0 and below 1, got " + short_number(value));
}

inline void check_epsilon(const Optimizer& optimizer, double value) {
  if (!(value >= 0 && std::isfinite(value)))
    fail(Code::value, optimizer.class_name() + ": epsilon must not be negative, got " + short_number(value));
}

inline void check_not_negative(const Optimizer& optimizer, const char* key, double value) {
  if (!(value >= 0 && std::isfinite(value))) {
    fail(Code::value, optimizer.class_name() + ": " + key + " must be a number from 0 on, got " + short_number(value));
  }
}

// base^step as Keras has it, of the weights' own precision: 1 - 0.999f differs from 0.001 by 1.3e-5 of itself.
inline real power(double base, Index step) noexcept {
  return static_cast<real>(std::pow(static_cast<double>(static_cast<real>(base)), static_cast<double>(step)));
}

}  // namespace rondo
