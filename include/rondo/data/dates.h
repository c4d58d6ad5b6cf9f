// Dates: what the column that names rows says about time. A step is a number of seconds or of months; months are counted on the
// calendar, so that monthly, quarterly and yearly data keep their own rhythm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rondo/data/table.h"

namespace rondo {

// From one row to the next.
struct Frequency {
  enum class Unit { second, month, business_day };
  Unit unit = Unit::second;
  Index count = 0;           // of units; 0: no two rows follow each other regularly
  std::string text() const;  // "hourly", "every 30 minutes", "business days", "monthly", "irregular"
  Index season() const;  // rows to a season: hourly 24, daily 7, business days 5, weekly 52, monthly 12, quarterly 4, parts of
                         // a day: a day's; else 1
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

class Dates {
 public:
  const std::string& column() const { return column_; }
  Index rows() const { return static_cast<Index>(seconds_.size()); }
  std::int64_t seconds(Index row) const {
    return seconds_[static_cast<std::size_t>(row)];
  }  // since 1970-01-01, without leap seconds
  const Frequency& frequency() const { return frequency_; }
  const DateAudit& audit() const { return audit_; }
  // The date `steps` rows after the last one, written as the column writes its dates; "" when the rows are irregular.
  std::string after(Index steps) const;
  // What to tell the user, a line each: "dates: column 'Month', monthly, 1949-01 .. 1960-12", "3 gaps, 5 rows missing; first
  // before row 17 (1950-06)".
  std::string text(const Table& table) const;

 private:
  friend std::optional<Dates> find_dates(const Table&, const std::string&);
  std::string column_;
  std::vector<std::int64_t> seconds_;
  Frequency frequency_;
  DateAudit audit_;
  int form_ = 0;  // how the column writes them
  std::string last_;
};

// The dates of `column`; without a name, of the first text column whose every value is a date, else of a number column called
// year, date, ... that counts years or writes 20260131. Nothing if there is none. Throws Error(value) if a column is named and
// is not there or holds something else, naming the row.
std::optional<Dates> find_dates(const Table& table, const std::string& column = "");

// The same rows, oldest first (equal dates keep their order).
Table in_time_order(const Table& table, const Dates& dates);

}  // namespace rondo
