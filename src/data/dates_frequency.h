// The step from row to row, and what breaks it.
#pragma once

#include <cstdint>
#include <vector>

#include "data/dates_form.h"
#include "rondo/data/dates.h"

namespace rondo {

struct Rhythm {
  Frequency frequency;
  DateAudit audit;
  bool month_ends = false, business_month_ends = false;
  int anchor_day = 0;
  Index steps = 0;    // between different dates,
  Index on_beat = 0;  // and how many of them are the frequency's
};

// `zone`: added to read the calendar, in microseconds.
Rhythm rhythm_of(const std::vector<std::int64_t>& micros, std::int64_t zone);

// `count` steps later; false when the year would leave 1 .. 9999.
bool later(std::int64_t micros, const Frequency& frequency, Index count, const DateForm& form, std::int64_t& out);

}  // namespace rondo
