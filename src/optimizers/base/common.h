// Pieces for the files of single optimizers.
#pragma once

#include <cmath>
#include <string>

#include "rondo/core/error.h"
#include "rondo/optimizers/optimizer.h"

namespace rondo {

// The shared options out of an optimizer's own option struct, where they stand flat, as in Keras.
template <class Options>
OptimizerCommon common_of(const Options& o) {
  return {o.weight_decay, o.clipnorm, o.clipvalue, o.global_clipnorm, o.use_ema, o.ema_momentum, o.ema_overwrite_frequency};
}

inline void check_fraction(const Optimizer& optimizer, const char* key, double value) {
  if (!(value >= 0 && value < 1)) fail(Code::value, optimizer.class_name() + ": " + key + " must be at least 0 and below 1");
}

inline void check_epsilon(const Optimizer& optimizer, double value) {
  if (!(value >= 0 && std::isfinite(value))) fail(Code::value, optimizer.class_name() + ": epsilon must not be negative");
}

}  // namespace rondo
