// The Gregorian calendar in integers, for any year (Howard Hinnant, "chrono-compatible low-level date algorithms"): years begin
// in March, so that the leap day is the last of its year; 400 years are an era of 146,097 days.
#pragma once

#include <cstdint>

namespace rondo {

struct Day {
  int year = 1970, month = 1, day = 1;
};

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

constexpr bool leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr int days_in_month(int year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : days[month - 1];
}

// Days since 1970-01-01.
constexpr std::int64_t days_from(int year, int month, int day) {
  const std::int64_t y = year - (month <= 2 ? 1 : 0);
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

constexpr Day day_of(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t of_era = days - era * 146'097;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;  // 0: March
  Day day;
  day.day = static_cast<int>(of_year - (153 * month + 2) / 5 + 1);
  day.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  day.year = static_cast<int>(year + era * 400 + (day.month <= 2 ? 1 : 0));
  return day;
}

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// 0: Monday ... 6: Sunday. 1970-01-01 was a Thursday.
constexpr int weekday(std::int64_t days) { return static_cast<int>((days % 7 + 7 + 3) % 7); }

// The Monday of the first ISO week of a year: that week holds January 4.
constexpr std::int64_t first_week(int year) {
  const std::int64_t fourth = days_from(year, 1, 4);
  return fourth - weekday(fourth);
}
constexpr int weeks_in(int year) { return static_cast<int>((first_week(year + 1) - first_week(year)) / 7); }

}  // namespace rondo
