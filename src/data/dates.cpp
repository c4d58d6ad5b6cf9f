// Which column holds dates, and in what form: decided by the whole column, never by one cell.
#include "rondo/data/dates.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "data/dates_columns.h"
#include "data/dates_frequency.h"
#include "data/text.h"
#include "rondo/core/error.h"

namespace rondo {

DateOrder date_order_from(std::string_view name) {
  const std::array<std::string, 2> known = {"dmy", "mdy"};
  if (name == known[0]) return DateOrder::day_first;
  if (name == known[1]) return DateOrder::month_first;
  fail(Code::value, "unknown order of day and month " + in_quotes(name) + "." + did_you_mean(name, known) +
                        " Known: 'dmy' (31/01/1960), 'mdy' (01/31/1960).");
}

std::int64_t Dates::seconds(Index row) const { return floor_div(microseconds(row), second_us); }

std::string Dates::after(Index steps) const {
  std::int64_t micros = 0;
  return form_ && later(last_, frequency_, steps, *form_, micros) ? written(*form_, micros) : "";
}

std::string Dates::label(Index row) const {
  const std::int64_t micros = microseconds(row);
  const bool unix_time = form_->number >= NumberForm::unix_s;
  return unix_time ? iso_text(micros, true) : written(*form_, micros);
}

std::string Dates::text(const Table& table) const {
  const auto count = [](Index n, const char* one, const char* many) { return grouped(n) + " " + (n == 1 ? one : many); };
  const auto row = [&](Index r) { return "row " + std::to_string(r) + " (" + escaped(label(r)) + ")"; };
  const auto [low, high] = std::minmax_element(micros_.begin(), micros_.end());
  std::string out = "dates: column " + in_quotes(column_) + ", " + frequency_.text();
  if (rows() > 0) {
    out += ", " + escaped(label(low - micros_.begin()));
    if (*low != *high) out += " .. " + escaped(label(high - micros_.begin()));
  }
  if (table.rows() != rows()) return out;
  if (audit_.newest_first) {
    out += "\nthe newest row comes first";
  } else if (audit_.disorder > 0) {
    out += "\n" + count(audit_.disorder, "row is", "rows are") + " earlier than the row before; first " +
           row(audit_.first_disorder);
  }
  if (audit_.duplicates > 0) {
    out += "\n" + count(audit_.duplicates, "row has", "rows have") + " the date of an earlier row; first " +
           row(audit_.first_duplicate);
  }
  if (audit_.gaps > 0) {
    out += "\n" + count(audit_.gaps, "gap", "gaps") + ", " + count(audit_.missing_rows, "row", "rows") +
           " missing; first before " + row(audit_.first_gap);
  }
  return out;
}

std::string Frequency::text() const {
  if (count < 1) return "irregular";
  const auto every = [](Index n, const char* one, const std::string& many) {
    return n == 1 ? std::string(one) : "every " + grouped(n) + " " + many;
  };
  switch (unit) {
    case Unit::microsecond:
      return count % 1000 == 0 ? every(count / 1000, "every millisecond", "milliseconds")
                               : every(count, "every microsecond", "microseconds");
    case Unit::business_day:
      return count == 1 ? "business days" : "every " + grouped(count) + " business days";
    case Unit::month:
      if (count % 12 == 0) return every(count / 12, "yearly", "years");
      return count == 3 ? "quarterly" : every(count, "monthly", "months");
    case Unit::second:
      break;
  }
  if (count % 604'800 == 0) return every(count / 604'800, "weekly", "weeks");
  if (count % 86'400 == 0) return every(count / 86'400, "daily", "days");
  if (count % 3600 == 0) return every(count / 3600, "hourly", "hours");
  if (count % 60 == 0) return every(count / 60, "every minute", "minutes");
  return every(count, "every second", "seconds");
}

Index Frequency::season() const {
  if (count < 1) return 1;
  switch (unit) {
    case Unit::microsecond:
      return 1;
    case Unit::business_day:
      return count == 1 ? 5 : 1;
    case Unit::month:
      return count < 12 && 12 % count == 0 ? 12 / count : 1;
    case Unit::second:
      break;
  }
  constexpr Index day = 86'400;
  if (count < day) return day % count == 0 ? day / count : 1;
  if (count == day) return 7;
  return count == 7 * day ? 52 : count == 14 * day ? 26 : 1;
}

std::optional<Dates> find_dates(const Table& table, const std::string& column, DateOrder order, std::string* why) {
  if (why != nullptr) why->clear();
  if (table.rows() > 4'000'000'000) fail(Code::unsupported, "dates of more than 4,000,000,000 rows are not read.");
  const auto made = [&](const std::string& name, FoundDates found) {
    Dates dates;
    dates.column_ = name;
    dates.micros_ = std::move(found.micros);
    Rhythm rhythm = rhythm_of(dates.micros_, found.form.cell.zone_minutes * 60 * second_us);
    dates.frequency_ = rhythm.frequency;
    dates.audit_ = rhythm.audit;
    found.form.month_ends = rhythm.month_ends;
    found.form.business_month_ends = rhythm.business_month_ends;
    found.form.anchor_day = rhythm.anchor_day;
    dates.last_ = *std::max_element(dates.micros_.begin(), dates.micros_.end());
    dates.form_ = std::make_shared<const DateForm>(std::move(found.form));
    return dates;
  };
  if (table.rows() == 0) {
    if (!column.empty()) fail(Code::value, "no dates: the table has no rows.");
    return {};
  }
  if (!column.empty()) {
    const auto named = table.share(column);
    FoundDates found = named->text ? text_dates(*named, order) : number_dates(*named, true);
    if (!found.refusal.empty()) {
      fail(Code::value,
           "column " + in_quotes(column) + ": " + (found.row >= 0 ? table.row_text(found.row) + ": " : "") + found.refusal);
    }
    return made(column, std::move(found));
  }
  for (const std::string& name : table.text_names()) {
    const Column& text = table.column(name);
    FoundDates found = text_dates(text, order);
    if (found.refusal.empty()) return made(name, std::move(found));
    if (found.open) fail(Code::value, "column " + in_quotes(name) + ": " + found.refusal);
    if (found.mostly && why != nullptr && why->empty()) {
      *why = "column " + in_quotes(name) +
             " is not read as dates: " + (found.row >= 0 ? table.row_text(found.row) + ": " : "") + found.refusal;
    }
  }
  std::string name;
  if (FoundDates found = part_dates(table, name); found.refusal.empty()) return made(name, std::move(found));
  for (const std::string& number : table.number_names()) {
    if (FoundDates found = number_dates(table.column(number), false); found.refusal.empty())
      return made(number, std::move(found));
  }
  return {};
}

Table in_time_order(Table table, const Dates& dates) {
  if (dates.rows() != table.rows()) {
    fail(Code::state,
         "the dates are those of a table of " + grouped(dates.rows()) + " rows, not of " + grouped(table.rows()) + ".");
  }
  if (dates.audit().disorder == 0) return table;
  std::vector<std::uint32_t> order(static_cast<std::size_t>(dates.rows()));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const std::int64_t x = dates.microseconds(a), y = dates.microseconds(b);
    return x != y ? x < y : a < b;
  });
  return std::move(table).in_order(order);
}

}  // namespace rondo
