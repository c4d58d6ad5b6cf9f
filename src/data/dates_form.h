// One cell as a date: what it says, and how it says it, so that the next date can be written in the same way.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "data/dates_calendar.h"
#include "rondo/core/types.h"

namespace rondo {

// What a cell counts. One column is one family.
enum class DateFamily : std::uint8_t { none, year, quarter, month, week, day, day_or_month_first };

enum class DateField : std::uint8_t {
  literal,
  year,
  year2,
  month,
  month_name,
  day,
  day_or_month,  // the first number of 01/02/1960
  month_or_day,  // the second
  quarter,
  week,
  week_day,
  weekday_name,
  hour,
  minute,
  second,
  fraction,
  half,  // AM, PM
  zone,
};

struct DatePiece {
  DateField field = DateField::literal;
  std::uint8_t begin = 0, size = 0;
};

struct DateCell {
  DateFamily family = DateFamily::none;  // none: no date
  int year = 0, month = 1, day = 1;      // of day_or_month_first: day is the first number, month the second
  int hour = 0, minute = 0, second = 0, micro = 0;
  int zone_minutes = 0;
  bool zoned = false, two_digit_year = false, day_first = false;  // day_first: the points of 31.01.1960 say so
  bool single_digit = false;                                      // a month, day or hour of one digit
  int pieces = 0;
  std::array<DatePiece, 32> piece;
};

// Reads one cell, without blanks around it. Numbers are checked here, but for the day of day_or_month_first and of a two-digit
// year, which to_micros checks.
void read_date(std::string_view cell, DateCell& out);

// How the cells of a column are to be understood.
struct DateReading {
  bool day_first = true;
  int pivot = 50;  // two-digit years from here on are 19..
};
bool to_micros(const DateCell& cell, const DateReading& reading, std::int64_t& micros);

// How a number column counts.
enum class NumberForm : std::uint8_t {
  none,
  year,
  decimal_year,
  year_month,
  ymd,
  ymdh,
  ymdhm,
  ymdhms,
  unix_s,
  unix_ms,
  unix_us,
  unix_ns
};
bool to_micros(double value, NumberForm form, std::int64_t& micros);
double from_micros(std::int64_t micros, NumberForm form);

struct DateForm {
  NumberForm number = NumberForm::none;  // none: text, or several columns
  int parts = 0;                         // how many columns year, month, day, hour, minute make a date; 0: one column
  std::string pattern;                   // a cell of the column with all pieces it has,
  DateCell cell;                         // cut into them
  DateReading reading;
  bool padded = true;       // 01, not 1
  bool month_ends = false;  // 01-31, 02-28, 03-31
  bool business_month_ends = false;
  int anchor_day = 0;  // the day of the month that monthly rows have
};

// A date as the form writes it.
std::string written(const DateForm& form, std::int64_t micros);
// 2026-01-31, with 14:00 and more where there is something to tell
std::string iso_text(std::int64_t micros, bool time);

}  // namespace rondo
