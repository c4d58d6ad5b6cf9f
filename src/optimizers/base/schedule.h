// Pieces for the files of single schedules.
#pragma once

#include <cmath>
#include <string>

#include "core/words.h"
#include "rondo/core/error.h"
#include "rondo/optimizers/schedule.h"

namespace rondo {

inline void check_rate(const LearningRateSchedule& schedule, const char* key, double value) {
  if (!std::isfinite(value))
    fail(Code::value, schedule.class_name() + ": " + key + " must be a finite number, got " + short_number(value));
}

inline void check_steps(const LearningRateSchedule& schedule, const char* key, double value) {
  if (!(value > 0 && std::isfinite(value)))
    fail(Code::value, schedule.class_name() + ": " + key + " must be a number above 0, got " + short_number(value));
}

}  // namespace rondo
