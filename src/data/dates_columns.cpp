// Columns as dates. Text is read twice: once to see what the cells allow (days above 12, two-digit years), once with that
// decided. Nothing but the result is kept of a million rows.
#include "data/dates_columns.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <utility>

#include "data/dates_frequency.h"
#include "data/text.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

std::string_view trimmed(std::string_view s) {
  if (!s.empty() && s.front() > ' ' && s.back() > ' ') return s;  // nearly always
  const std::size_t first = s.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

// What all cells of a column together allow.
struct Survey {
  DateFamily family = DateFamily::none;
  bool padded = true, two_digit_year = false, before_50 = false, from_50 = false;
  bool points = false;         // 31.01.1960
  Index first_above_12 = -1;   // row whose first number cannot be a month,
  Index second_above_12 = -1;  // whose second cannot
  Index bad = -1;              // the first row that is no date with the day first and 50 as 1950
  Index longest = -1;          // the cell with the most pieces, and of those the longest, and of those the last
};

// False at the first cell that is no date or is of another family; found.row and found.refusal then say so. found.micros is
// what read_all gives with found.form.reading, as far as no cell is bad in it.
bool survey(const Column& column, Survey& s, FoundDates& found) {
  DateCell cell;
  int pieces = -1;
  std::size_t size = 0;
  found.micros.resize(static_cast<std::size_t>(column.rows()));
  for (Index r = 0; r < column.rows(); ++r) {
    const std::string_view text = trimmed(column.labels[r]);
    read_date(text, cell);
    if (cell.family == DateFamily::none || (s.family != DateFamily::none && cell.family != s.family)) {
      found.row = r;
      found.refusal = text.empty()                      ? "the cell is empty"
                      : cell.family == DateFamily::none ? in_quotes(text.substr(0, 40)) + " is no date"
                                                        : in_quotes(text.substr(0, 40)) + " is written differently from " +
                                                              in_quotes(trimmed(column.labels[0]).substr(0, 40));
      return false;
    }
    s.family = cell.family;
    if (s.bad < 0 && !to_micros(cell, found.form.reading, found.micros[static_cast<std::size_t>(r)])) s.bad = r;
    if (cell.single_digit) s.padded = false;
    if (cell.two_digit_year) {
      s.two_digit_year = true;
      (cell.year < 50 ? s.before_50 : s.from_50) = true;
    }
    if (cell.family == DateFamily::day_or_month_first) {
      if (cell.day_first) s.points = true;
      if (cell.day > 12 && s.first_above_12 < 0) s.first_above_12 = r;
      if (cell.month > 12 && s.second_above_12 < 0) s.second_above_12 = r;
    }
    if (cell.pieces > pieces || (cell.pieces == pieces && text.size() >= size)) {
      pieces = cell.pieces;
      size = text.size();
      s.longest = r;
    }
  }
  return true;
}

// Returns the first row that is no date so, or -1.
Index read_all(const Column& column, const DateReading& reading, std::vector<std::int64_t>& micros) {
  micros.resize(static_cast<std::size_t>(column.rows()));
  DateCell cell;
  for (Index r = 0; r < column.rows(); ++r) {
    read_date(trimmed(column.labels[r]), cell);
    if (!to_micros(cell, reading, micros[static_cast<std::size_t>(r)])) return r;
  }
  return -1;
}

Index disorder(const std::vector<std::int64_t>& micros) {
  Index n = 0;
  for (std::size_t i = 1; i < micros.size(); ++i) n += micros[i] < micros[i - 1];
  return std::min(n, static_cast<Index>(micros.size()) - 1 - n);  // newest first is an order too
}

// Steps that are not the most frequent one.
Index uneven(const std::vector<std::int64_t>& micros) {
  const Rhythm rhythm = rhythm_of(micros, 0);
  return disorder(micros) + rhythm.audit.gaps + rhythm.steps - rhythm.on_beat;
}

// Reads the column once its order of day and month is known; years 48, 49, 50 go on into the century that keeps them in order.
Index read_with_century(const Column& column, const Survey& s, DateReading& reading, std::vector<std::int64_t>& micros) {
  const Index bad = !micros.empty() && reading.day_first ? s.bad : read_all(column, reading, micros);
  if (bad >= 0 || !s.before_50 || !s.from_50 || disorder(micros) == 0) return bad;
  std::vector<std::int64_t> other;
  Index best = disorder(micros);
  for (const int pivot : {0, 30, 70, 100}) {
    DateReading trial = reading;
    trial.pivot = pivot;
    if (read_all(column, trial, other) < 0 && disorder(other) < best) {
      best = disorder(other);
      micros.swap(other);
      reading = trial;
    }
  }
  return -1;
}

// Whether most cells are dates, so that one that is not deserves a word.
bool mostly_dates(const Column& column) {
  DateCell cell;
  Index good = 0, seen = 0;
  const Index step = std::max<Index>(1, column.rows() / 1000);
  for (Index r = 0; r < column.rows(); r += step, ++seen) {
    read_date(trimmed(column.labels[r]), cell);
    good += cell.family != DateFamily::none;
  }
  return 2 * good > seen;
}

}  // namespace

FoundDates text_dates(const Column& column, DateOrder order) {
  FoundDates found;
  Survey s;
  if (!survey(column, s, found)) {
    found.mostly = mostly_dates(column);
    return found;
  }
  DateReading& reading = found.form.reading;
  Index bad = -1;
  if (s.family != DateFamily::day_or_month_first) {
    bad = read_with_century(column, s, reading, found.micros);
  } else {
    const bool day_first = s.points || s.first_above_12 >= 0, month_first = s.second_above_12 >= 0;
    if (day_first && month_first) {
      found.row = s.points ? s.second_above_12 : std::max(s.first_above_12, s.second_above_12);
      found.refusal =
          in_quotes(trimmed(column.labels[found.row]).substr(0, 40)) + " has its month where other rows have their day";
      found.mostly = true;
      return found;
    }
    if (day_first || month_first || order != DateOrder::open) {
      reading.day_first = day_first || (!month_first && order == DateOrder::day_first);
      bad = read_with_century(column, s, reading, found.micros);
    } else {
      DateReading turned = reading;
      turned.day_first = false;
      bad = read_with_century(column, s, reading, found.micros);
      std::vector<std::int64_t> other;
      const Index other_bad = read_with_century(column, s, turned, other);
      if (bad < 0 && other_bad < 0 && found.micros != other) {
        const Index a = uneven(found.micros), b = uneven(other);
        if (2 * std::min(a, b) >= std::max(a, b)) {
          Index r = 0;
          while (found.micros[static_cast<std::size_t>(r)] == other[static_cast<std::size_t>(r)]) ++r;
          DateCell cell;
          read_date(trimmed(column.labels[r]), cell);
          const auto iso = [&](const std::vector<std::int64_t>& m) { return iso_text(m[static_cast<std::size_t>(r)], false); };
          found.refusal = "is " + in_quotes(trimmed(column.labels[r]).substr(0, 40)) + " " + iso(found.micros) +
                          " (day first) or " + iso(other) +
                          " (month first)? Nothing in the column tells. Say DateOrder::day_first or DateOrder::month_first.";
          found.open = true;
          found.micros.clear();
          return found;
        }
        if (b < a) {
          found.micros.swap(other);
          reading = turned;
        }
      }
    }
  }
  if (bad >= 0) {
    found.micros.clear();
    found.row = bad;
    found.refusal = in_quotes(trimmed(column.labels[bad]).substr(0, 40)) + " is no date";
    found.mostly = true;
    return found;
  }
  found.form.padded = s.padded;
  found.form.pattern = std::string(trimmed(column.labels[s.longest]));
  read_date(found.form.pattern, found.form.cell);
  return found;
}

namespace {

// Lower case, words apart: "Obs. Date" and "obsDate" are {obs, date}.
std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words(1);
  bool was_lower = false;
  for (const char c : name) {
    const bool up = c >= 'A' && c <= 'Z', low = c >= 'a' && c <= 'z';
    if (!up && !low) {
      words.emplace_back();
    } else {
      if (up && was_lower) words.emplace_back();
      words.back() += up ? static_cast<char>(c - 'A' + 'a') : c;
    }
    was_lower = low;
  }
  return words;
}

bool has_word(const std::string& name, std::initializer_list<std::string_view> wanted) {
  for (const std::string& word : words_of(name)) {
    if (std::find(wanted.begin(), wanted.end(), word) != wanted.end()) return true;
  }
  return false;
}

}  // namespace

FoundDates number_dates(const Column& column, bool named) {
  FoundDates found;
  const bool year_name = has_word(column.name, {"year", "yr", "years", "yyyy"});
  const bool date_name =
      year_name || has_word(column.name, {"date",    "dates",  "day",   "month", "yearmonth", "yyyymm",   "yyyymmdd",
                                          "quarter", "period", "time",  "times", "timestamp", "datetime", "dt",
                                          "ds",      "ts",     "epoch", "unix",  "unixtime",  "utc",      "when"});
  if (!named && !date_name) {
    found.refusal = "not called a date";
    return found;
  }
  using enum NumberForm;
  std::vector<std::int64_t>& micros = found.micros;
  micros.resize(column.numbers.size());
  for (const NumberForm form : {year, year_month, ymd, ymdh, ymdhm, ymdhms, decimal_year, unix_s, unix_ms, unix_us, unix_ns}) {
    std::size_t r = 0;
    while (r < micros.size() && to_micros(column.numbers[r], form, micros[r])) ++r;
    if (r < micros.size()) {
      if (static_cast<Index>(r) > found.row) found.row = static_cast<Index>(r);
      continue;
    }
    // A column called time that counts from 1000 on is more likely a count than years.
    const auto plausible = [](double v) { return v >= 1500 && v < 2200; };
    if (!named && !year_name && (form == year || form == decimal_year) &&
        !std::all_of(column.numbers.begin(), column.numbers.end(), plausible)) {
      continue;
    }
    found.form.number = form;
    found.row = -1;
    return found;
  }
  const double value = column.numbers[static_cast<std::size_t>(found.row)];
  found.refusal = (std::isnan(value) ? "a missing value" : number_text(value)) +
                  " is no date. Dates in numbers are years, 196001, 19600131 or Unix time, the same in every row.";
  micros.clear();
  return found;
}

FoundDates part_dates(const Table& table, std::string& name) {
  FoundDates found;
  found.refusal = "no columns of year and month";
  const std::initializer_list<std::pair<std::string_view, std::string_view>> parts = {
      {"year", "yr"}, {"month", "mo"}, {"day", "dy"}, {"hour", "hr"}, {"minute", "min"}};
  std::vector<std::shared_ptr<const Column>> columns;
  const std::vector<std::string> numbers = table.number_names();
  for (const auto& [word, shorter] : parts) {
    for (const std::string& number : numbers) {
      const std::vector<std::string> words = words_of(number);
      if (words.size() == 1 && (words[0] == word || words[0] == shorter)) {
        columns.push_back(table.share(number));
        name += (name.empty() ? "" : ", ") + number;
        break;
      }
    }
    if (columns.size() <= static_cast<std::size_t>(found.form.parts)) break;
    ++found.form.parts;
  }
  if (found.form.parts < 2) return found;
  found.micros.resize(static_cast<std::size_t>(table.rows()));
  for (std::size_t r = 0; r < found.micros.size(); ++r) {
    std::array<int, 5> v = {0, 1, 1, 0, 0};
    for (std::size_t p = 0; p < columns.size(); ++p) {
      const double value = columns[p]->numbers[r];
      if (!(value >= 0 && value < 3000 && value == std::floor(value))) return found;
      v[p] = static_cast<int>(value);
    }
    if (v[0] < 1000 || v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > days_in_month(v[0], v[1]) || v[3] > 24 || v[4] > 59)
      return found;
    found.micros[r] = days_from(v[0], v[1], v[2]) * day_us + (v[3] * 60 + v[4]) * std::int64_t{60} * second_us;
  }
  found.refusal.clear();
  return found;
}

}  // namespace rondo
