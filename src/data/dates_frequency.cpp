// The frequency is what more than half of the steps agree on, in this order:
//
//     months on the calendar   the same day of the month, cut to the month's length; month ends; last business days
//     seconds                  one length; of whole days without a weekend: business days
//     one row a month          whatever the day (the third Friday, say), nearly always
//
// A majority is found in one pass and no memory (Boyer and Moore's vote) and counted in a second.
#include "data/dates_frequency.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>

namespace rondo {
namespace {

// Dates in ascending order, each once, and the row that holds it.
class Ascending {
 public:
  explicit Ascending(const std::vector<std::int64_t>& micros) : micros_(micros) {}
  void use(std::vector<std::uint32_t> order) { order_ = std::move(order); }
  template <class Step>  // (from, to, row of to)
  void each(Step step) const {
    const std::size_t n = micros_.size();
    for (std::size_t i = 1; i < n; ++i) {
      const std::size_t a = order_.empty() ? i - 1 : order_[i - 1], b = order_.empty() ? i : order_[i];
      if (micros_[a] != micros_[b]) step(micros_[a], micros_[b], static_cast<Index>(b));
    }
  }

 private:
  const std::vector<std::int64_t>& micros_;
  std::vector<std::uint32_t> order_;  // empty: as they come
};

struct Vote {
  std::int64_t value = 0, votes = 0;
  void cast(std::int64_t v) {
    if (votes == 0) value = v;
    votes += v == value ? 1 : -1;
  }
};

struct Parts {
  std::int64_t days, time;
  Day day;
  std::int64_t months() const { return std::int64_t{12} * day.year + day.month; }
  int last() const { return days_in_month(day.year, day.month); }
};

Parts parts_of(std::int64_t micros) {
  const std::int64_t days = floor_div(micros, day_us);
  return {days, micros - days * day_us, day_of(days)};
}

// Months from one date to a later one that has the same place in its month; 0 if it has not.
std::int64_t calendar_months(const Parts& a, const Parts& b) {
  const std::int64_t months = b.months() - a.months();
  if (months < 1 || a.time != b.time) return 0;
  const int anchor = std::max(a.day.day, b.day.day);
  return a.day.day == std::min(anchor, a.last()) && b.day.day == std::min(anchor, b.last()) ? months : 0;
}

int last_business_day(int year, int month) {
  const int last = days_in_month(year, month);
  return last - std::max(0, weekday(days_from(year, month, last)) - 4);
}

std::int64_t business_days(std::int64_t days) {  // from Monday 1969-12-29 on
  const std::int64_t since = days + 3;
  return floor_div(since, 7) * 5 + std::min<std::int64_t>(since - floor_div(since, 7) * 7, 5);
}

void audit_order(const std::vector<std::int64_t>& micros, DateAudit& audit, Ascending& ascending) {
  const std::size_t n = micros.size();
  bool descending = n > 1;
  for (std::size_t i = 1; i < n; ++i) {
    if (micros[i] < micros[i - 1]) {
      if (audit.disorder++ == 0) audit.first_disorder = static_cast<Index>(i);
    } else {
      descending = false;
    }
  }
  audit.newest_first = descending;
  std::vector<std::uint32_t> order;
  if (audit.disorder > 0) {
    order.resize(n);
    std::iota(order.begin(), order.end(), 0U);
    if (descending) {
      std::reverse(order.begin(), order.end());
    } else {
      std::sort(order.begin(), order.end(),
                [&](std::uint32_t a, std::uint32_t b) { return micros[a] != micros[b] ? micros[a] < micros[b] : a < b; });
    }
  }
  for (std::size_t i = 1; i < n; ++i) {
    const std::size_t a = order.empty() ? i - 1 : order[i - 1], b = order.empty() ? i : order[i];
    if (micros[a] != micros[b]) continue;
    ++audit.duplicates;
    if (audit.first_duplicate < 0 || static_cast<Index>(b) < audit.first_duplicate)
      audit.first_duplicate = static_cast<Index>(b);
  }
  ascending.use(std::move(order));
}

}  // namespace

Rhythm rhythm_of(const std::vector<std::int64_t>& micros, std::int64_t zone) {
  Rhythm out;
  Ascending dates(micros);
  audit_order(micros, out.audit, dates);

  Vote calendar, length, rows_a_month;
  Index weekend = 0, over_weekend = 0;
  dates.each([&](std::int64_t a, std::int64_t b, Index) {
    ++out.steps;
    length.cast(b - a);
    if (b - a >= 28 * day_us) {
      const Parts from = parts_of(a + zone), to = parts_of(b + zone);
      calendar.cast(calendar_months(from, to));
      rows_a_month.cast(to.months() - from.months());
    } else {
      calendar.cast(0);
      rows_a_month.cast(0);
    }
    const std::int64_t day = floor_div(b + zone, day_us), before = floor_div(a + zone, day_us);
    weekend += weekday(day) > 4 || weekday(before) > 4;
    over_weekend += weekday(before) == 4 && day - before == 3;
  });
  if (out.steps == 0) return out;

  Index calendar_steps = 0, length_steps = 0, month_steps = 0;
  Index ends = 0, business_ends = 0;
  dates.each([&](std::int64_t a, std::int64_t b, Index) {
    length_steps += b - a == length.value;
    if (b - a < 28 * day_us) return;
    const Parts from = parts_of(a + zone), to = parts_of(b + zone);
    const bool beat = calendar.value > 0 && calendar_months(from, to) == calendar.value;
    calendar_steps += beat;
    month_steps += to.months() - from.months() == rows_a_month.value;
    business_ends += to.day.day == last_business_day(to.day.year, to.day.month);
    if (beat) {
      ends += from.day.day == from.last() && to.day.day == to.last();
      out.anchor_day = std::max({out.anchor_day, from.day.day, to.day.day});
    }
  });
  const auto most = [&](Index n) { return 2 * n > out.steps; };
  if (business_ends == out.steps && ends < out.steps && month_steps == out.steps && rows_a_month.value > 0) {
    out.frequency = {Frequency::Unit::month, rows_a_month.value};
    out.on_beat = month_steps;
    out.anchor_day = 0;
    out.business_month_ends = true;
  } else if (most(calendar_steps)) {
    out.frequency = {Frequency::Unit::month, calendar.value};
    out.on_beat = calendar_steps;
    out.month_ends = ends == calendar_steps && out.anchor_day > 27;
  } else if (most(length_steps)) {
    out.anchor_day = 0;
    out.on_beat = length_steps;
    const bool seconds = length.value % second_us == 0;
    out.frequency = seconds ? Frequency{Frequency::Unit::second, length.value / second_us}
                            : Frequency{Frequency::Unit::microsecond, length.value};
    if (length.value == day_us && weekend == 0 && over_weekend > 0) {
      out.frequency = {Frequency::Unit::business_day, 1};
      out.on_beat += over_weekend;
    }
  } else if (rows_a_month.value > 0 && 10 * month_steps >= 9 * out.steps) {
    out.anchor_day = 0;
    out.on_beat = month_steps;
    out.frequency = {Frequency::Unit::month, rows_a_month.value};
  } else {
    out.anchor_day = 0;
    return out;
  }

  // A gap is a step of at least one and a half beats.
  dates.each([&](std::int64_t a, std::int64_t b, Index row) {
    std::int64_t step = b - a, beat = length.value;
    if (out.frequency.unit == Frequency::Unit::month) {
      step = parts_of(b + zone).months() - parts_of(a + zone).months();
      beat = out.frequency.count;
    } else if (out.frequency.unit == Frequency::Unit::business_day) {
      step = business_days(floor_div(b + zone, day_us)) - business_days(floor_div(a + zone, day_us));
      beat = 1;
    }
    const std::int64_t missing = step / beat + (step % beat >= beat - step % beat ? 1 : 0) - 1;
    if (missing < 1) return;
    if (out.audit.gaps++ == 0) out.audit.first_gap = row;
    out.audit.missing_rows += missing;
  });
  return out;
}

bool later(std::int64_t micros, const Frequency& frequency, Index count, const DateForm& form, std::int64_t& out) {
  if (frequency.count < 1 || count < 0) return false;
  if (count == 0) {
    out = micros;
    return true;
  }
  constexpr std::int64_t first = days_from(1, 1, 1) * day_us, end = days_from(10'000, 1, 1) * day_us;
  const std::int64_t zone = form.cell.zone_minutes * 60 * second_us;
  const auto fits = [&](std::int64_t size) {
    return micros >= first && micros < end && frequency.count <= (end - first) / size / count;
  };
  const Parts now = parts_of(micros + zone);
  switch (frequency.unit) {
    case Frequency::Unit::microsecond:
      if (!fits(1)) return false;
      out = micros + count * frequency.count;
      break;
    case Frequency::Unit::second:
      if (!fits(second_us)) return false;
      out = micros + count * frequency.count * second_us;
      break;
    case Frequency::Unit::business_day: {
      if (!fits(day_us)) return false;
      const std::int64_t target = business_days(now.days) + count;
      const std::int64_t days = floor_div(target, 5) * 7 + (target - floor_div(target, 5) * 5) - 3;
      out = micros + (days - now.days) * day_us;
      break;
    }
    case Frequency::Unit::month: {
      if (!fits(28 * day_us)) return false;
      const std::int64_t months = now.months() - 1 + count * frequency.count;
      const int year = static_cast<int>(months / 12), month = static_cast<int>(months % 12) + 1;
      const int last = days_in_month(year, month);
      const int day = form.business_month_ends ? last_business_day(year, month)
                      : form.month_ends        ? last
                                               : std::min(form.anchor_day > 0 ? form.anchor_day : now.day.day, last);
      out = micros + (days_from(year, month, day) - now.days) * day_us;
      break;
    }
  }
  return out < end;
}

}  // namespace rondo
