// Dates: what the column that names rows says about time. A step is a number of seconds, of business days or of months; months
// are counted on the calendar, so that monthly, quarterly and yearly data keep their own rhythm.
//
// What a text column may write (case does not matter; one family a column):
//
//     1960-01-31  1960/01/31  1960.1.31  19600131  1960-01  1960/01  1960M01  1960  1960Q1  1960-Q1  Q1 1960  1960-W05
//     31.01.1960  31/01/1960  01/31/1960  1/31/60  01/1960  Jan 1960  1960-Jan  Jan-60  1-Jan-60  31JAN1960  January 31, 1960
//
// each with a day also followed by a time, after T or blanks: 14:30  14:30:15  14:30:15.250  2:30 PM  143015, and that by a
// zone: Z  UTC  +01:00  +0100  +01. A weekday's name before a date is passed over. 60 is 1960 and 49 is 2049, unless the order
// of the rows says otherwise. Whether 01/02/1960 is January or February is decided by the whole column: a day above 12; else
// the order that makes the rows regular.
//
// A number column: 1960 (years), 196001, 19600131, 1960013114 (also with minutes and seconds), 1960.0833 (years with months or
// quarters as fractions), Unix time in seconds, milli-, micro- or nanoseconds. Without being named by the caller it must be
// called year, date, time, timestamp, month, ... And number columns year, month (and day, hour, minute) side by side.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rondo/data/table.h"

namespace rondo {

// From one row to the next.
struct Frequency {
  enum class Unit { microsecond, second, month, business_day };
  Unit unit = Unit::second;
  Index count = 0;           // of units; 0: no two rows follow each other regularly
  std::string text() const;  // "hourly", "every 30 minutes", "business days", "monthly", "irregular"
  // Rows to a season: hourly 24, daily 7, business days 5, weekly 52, monthly 12, quarterly 4, parts of a day: a day's; else 1.
  Index season() const;
  friend bool operator==(const Frequency&, const Frequency&) = default;
};

// What is wrong with the order of the rows. Row numbers count from 0; -1 where there is none.
struct DateAudit {
  Index gaps = 0;          // places where rows are missing,
  Index missing_rows = 0;  // and how many rows would fill them
  Index first_gap = -1;    // the row after the first gap
  Index duplicates = 0;    // rows with the date of an earlier row
  Index first_duplicate = -1;
  Index disorder = 0;  // rows earlier than the row before them
  Index first_disorder = -1;
  bool newest_first = false;  // every row is earlier than the row before it
  bool clean() const { return gaps == 0 && duplicates == 0 && disorder == 0; }
};

// What 01/02/1960 is, where the column does not say.
enum class DateOrder { open, day_first, month_first };
DateOrder date_order_from(std::string_view name);  // "dmy", "mdy"; throws Error(value)

struct DateForm;  // src/data/dates_form.h

class Dates {
 public:
  const std::string& column() const { return column_; }  // "year, month" where several columns make a date
  Index rows() const { return static_cast<Index>(micros_.size()); }
  // Since 1970-01-01, without leap seconds; in UTC where the column names zones.
  std::int64_t microseconds(Index row) const { return micros_[static_cast<std::size_t>(row)]; }
  std::int64_t seconds(Index row) const;  // rounded down
  const Frequency& frequency() const { return frequency_; }
  const DateAudit& audit() const { return audit_; }
  // The date `steps` rows after the last one, written as the column writes its dates; "" when the rows are irregular or the
  // year would have more than four digits.
  std::string after(Index steps) const;
  // The date of one row, as the column writes it; Unix time as 2026-01-31 14:00.
  std::string label(Index row) const;
  // What to tell the user, a line each: "dates: column 'Month', monthly, 1949-01 .. 1960-12", "3 gaps, 5 rows missing; first
  // before row 17 (1950-06)".
  std::string text(const Table& table) const;

 private:
  friend std::optional<Dates> find_dates(const Table&, const std::string&, DateOrder, std::string*);
  std::string column_;
  std::vector<std::int64_t> micros_;
  Frequency frequency_;
  DateAudit audit_;
  std::int64_t last_ = 0;  // the latest
  std::shared_ptr<const DateForm> form_;
};

// The dates of `column`; without a name, of the first text column whose every value is a date, else of a number column called
// year, date, ... that holds some. Nothing if there is none; `why` (if given) is then "", or what spoiled a column that is one
// but for a few rows: "column 'Month': row 17 (line 19, 1950-13) is no date". Throws Error(value) if a column is named and is
// not there or holds something else, naming the row, and if days and months cannot be told apart, naming DateOrder.
std::optional<Dates> find_dates(const Table& table, const std::string& column = "", DateOrder order = DateOrder::open,
                                std::string* why = nullptr);

// The same rows, oldest first (equal dates keep their order). A table that nobody else holds gives up its columns one by one,
// so that no more than one is held twice.
Table in_time_order(Table table, const Dates& dates);

}  // namespace rondo
