// Pieces for the files of single schedules.
#pragma once

#include <cmath>
#include <string>

#include "core/words.h"
#include "rondo/core/error.h"
#include "rondo/optimizers/schedule.h"

namespace rondo {

// A rate, or what rates are multiplied by: a negative one would make the loss larger.
inline void check_rate(const LearningRateSchedule& schedule, const char* key, double value) {
  if (!(value >= 0 && std::isfinite(value)))
    fail(Code::value, schedule.class_name() + ": " + key + " must be a number from 0 on, got " + short_number(value));
}

inline void check_steps(const LearningRateSchedule& schedule, const char* key, double value) {
  if (!(value > 0 && std::isfinite(value)))
    fail(Code::value, schedule.class_name() + ": " + key + " must be a number above 0, got " + short_number(value));
}

}  // namespace rondo
