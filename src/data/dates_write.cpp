// Dates as a column writes them: the pieces of one of its cells, filled anew. And number columns, both ways.
#include <cmath>
#include <cstdlib>

#include "data/dates_form.h"
#include "data/text.h"

namespace rondo {
namespace {

constexpr const char* month_names[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
constexpr const char* weekday_names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

std::string padded(std::int64_t value, std::size_t width) {
  std::string s = std::to_string(value);
  return s.size() < width ? std::string(width - s.size(), '0') + s : s;
}

// A name as long and in the letters of `model`: Jan, JAN, january. May is as long as its short form: then three letters.
std::string like(std::string name, std::string_view model) {
  if (model.size() < 5 && model.size() != name.size()) name.resize(std::min(name.size(), std::size_t{3}));
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto turned = [](char c, char from, char to) {
    return c >= from && c <= from + 25 ? static_cast<char>(c - from + to) : c;
  };
  if (!model.empty() && !upper(model[0])) name[0] = turned(name[0], 'A', 'a');
  if (model.size() > 1 && upper(model[1])) {
    for (char& c : name) c = turned(c, 'a', 'A');
  }
  return name;
}

struct Clock {
  Day day;
  std::int64_t days = 0;
  int hour = 0, minute = 0, second = 0, micro = 0;
};

Clock clock_of(std::int64_t micros) {
  Clock c;
  c.days = floor_div(micros, day_us);
  c.day = day_of(c.days);
  std::int64_t rest = micros - c.days * day_us;
  c.micro = static_cast<int>(rest % second_us);
  rest /= second_us;
  c.second = static_cast<int>(rest % 60);
  c.minute = static_cast<int>(rest / 60 % 60);
  c.hour = static_cast<int>(rest / 3600);
  return c;
}

std::string piece_text(const DateForm& form, const DatePiece& piece, const Clock& c) {
  const std::string_view was = std::string_view(form.pattern).substr(piece.begin, piece.size);
  const auto number = [&](int value) { return padded(value, form.padded ? 2 : 1); };
  switch (piece.field) {
    case DateField::literal:
    case DateField::zone:
      return std::string(was);
    case DateField::year:
      return padded(c.day.year, 4);
    case DateField::year2:
      return padded(c.day.year % 100, 2);
    case DateField::month:
      return number(c.day.month);
    case DateField::day:
      return number(c.day.day);
    case DateField::day_or_month:
      return number(form.reading.day_first ? c.day.day : c.day.month);
    case DateField::month_or_day:
      return number(form.reading.day_first ? c.day.month : c.day.day);
    case DateField::month_name:
      return like(month_names[c.day.month - 1], was);
    case DateField::weekday_name:
      return like(weekday_names[weekday(c.days)], was);
    case DateField::quarter:
      return std::to_string((c.day.month + 2) / 3);
    case DateField::week:
    case DateField::week_day:
      break;
    case DateField::hour: {
      bool half = false;
      for (int i = 0; i < form.cell.pieces; ++i)
        half = half || form.cell.piece[static_cast<std::size_t>(i)].field == DateField::half;
      return number(half ? (c.hour + 11) % 12 + 1 : c.hour);
    }
    case DateField::minute:
      return padded(c.minute, 2);
    case DateField::second:
      return padded(c.second, 2);
    case DateField::fraction: {
      std::string digits = padded(c.micro, 6);
      digits.resize(was.size(), '0');
      return digits;
    }
    case DateField::half: {
      std::string half(was);
      const char first = half[0] < 'a' ? (c.hour < 12 ? 'A' : 'P') : (c.hour < 12 ? 'a' : 'p');
      half[0] = first;
      return half;
    }
  }
  // The week of a day is that of its Thursday, and so is the year of the week.
  const std::int64_t thursday = c.days - weekday(c.days) + 3;
  const int year = day_of(thursday).year;
  if (piece.field == DateField::week_day) return std::to_string(weekday(c.days) + 1);
  return padded((thursday - first_week(year)) / 7 + 1, 2);
}

}  // namespace

std::string written(const DateForm& form, std::int64_t micros) {
  if (form.parts > 0) return iso_text(micros, form.parts > 3).substr(0, form.parts == 2 ? 7 : std::string::npos);
  if (form.number != NumberForm::none) {
    const double value = from_micros(micros, form.number);
    if (form.number == NumberForm::decimal_year) return number_text(std::round(value * 10'000) / 10'000);
    return value == std::floor(value) ? std::to_string(static_cast<std::int64_t>(value)) : number_text(value);
  }
  Clock c = clock_of(micros + form.cell.zone_minutes * 60 * second_us);
  bool week = false;
  for (int i = 0; i < form.cell.pieces; ++i)
    week = week || form.cell.piece[static_cast<std::size_t>(i)].field == DateField::week;
  const int week_year = day_of(c.days - weekday(c.days) + 3).year;
  std::string out;
  for (int i = 0; i < form.cell.pieces; ++i) {
    const DatePiece& piece = form.cell.piece[static_cast<std::size_t>(i)];
    out += week && piece.field == DateField::year ? padded(week_year, 4) : piece_text(form, piece, c);
  }
  return out;
}

std::string iso_text(std::int64_t micros, bool time) {
  const Clock c = clock_of(micros);
  std::string out = padded(c.day.year, 4) + "-" + padded(c.day.month, 2) + "-" + padded(c.day.day, 2);
  if (!time) return out;
  out += " " + padded(c.hour, 2) + ":" + padded(c.minute, 2);
  if (c.second != 0 || c.micro != 0) out += ":" + padded(c.second, 2);
  if (c.micro != 0) out += "." + padded(c.micro, 6);
  return out;
}

bool to_micros(double value, NumberForm form, std::int64_t& micros) {
  if (!std::isfinite(value)) return false;
  const bool whole = value == std::floor(value);
  const auto calendar = [&](int year_and_more) {
    auto v = static_cast<std::int64_t>(value);
    int parts[4] = {1, 1, 0, 0};  // month day hour minute; seconds apart
    int second = 0;
    int n = year_and_more;
    if (n == 5) {
      second = static_cast<int>(v % 100);
      v /= 100;
      --n;
    }
    for (int i = n - 1; i >= 0; --i) {
      parts[i] = static_cast<int>(v % 100);
      v /= 100;
    }
    if (v < 1000 || v > 2999 || parts[0] < 1 || parts[0] > 12 || parts[1] < 1) return false;
    const int year = static_cast<int>(v);
    if (parts[1] > days_in_month(year, parts[0]) || parts[2] > 23 || parts[3] > 59 || second > 59) return false;
    micros =
        days_from(year, parts[0], parts[1]) * day_us + ((parts[2] * 60 + parts[3]) * std::int64_t{60} + second) * second_us;
    return true;
  };
  const auto unix = [&](double scale, double low, double high) {
    if (value < low || value >= high) return false;
    micros = std::llround(value * scale);
    return true;
  };
  switch (form) {
    case NumberForm::none:
      return false;
    case NumberForm::year:
      if (!whole || value < 1000 || value > 2999) return false;
      micros = days_from(static_cast<int>(value), 1, 1) * day_us;
      return true;
    case NumberForm::decimal_year: {
      if (value < 1000 || value >= 3000) return false;
      const double year = std::floor(value), months = (value - year) * 12;
      const double month = std::round(months);
      if (std::fabs(months - month) > 0.1) return false;
      const Index all = static_cast<Index>(year) * 12 + static_cast<Index>(month);
      micros = days_from(static_cast<int>(all / 12), static_cast<int>(all % 12) + 1, 1) * day_us;
      return true;
    }
    case NumberForm::year_month:
      return whole && value >= 1e5 && value < 1e6 && calendar(1);
    case NumberForm::ymd:
      return whole && value >= 1e7 && value < 1e8 && calendar(2);
    case NumberForm::ymdh:
      return whole && value >= 1e9 && value < 1e10 && calendar(3);
    case NumberForm::ymdhm:
      return whole && value >= 1e11 && value < 1e12 && calendar(4);
    case NumberForm::ymdhms:
      return whole && value >= 1e13 && value < 1e14 && calendar(5);
    case NumberForm::unix_s:
      return unix(1e6, 1e8, 1e11);
    case NumberForm::unix_ms:
      return unix(1e3, 1e11, 1e14);
    case NumberForm::unix_us:
      return unix(1, 1e14, 1e17);
    case NumberForm::unix_ns:
      return unix(1e-3, 1e17, 9.2e18);
  }
  return false;
}

double from_micros(std::int64_t micros, NumberForm form) {
  const Clock c = clock_of(micros);
  const auto date = static_cast<double>(c.day.year * 10'000 + c.day.month * 100 + c.day.day);
  switch (form) {
    case NumberForm::none:
      break;
    case NumberForm::year:
      return c.day.year;
    case NumberForm::decimal_year:
      return c.day.year + (c.day.month - 1) / 12.0;
    case NumberForm::year_month:
      return c.day.year * 100 + c.day.month;
    case NumberForm::ymd:
      return date;
    case NumberForm::ymdh:
      return date * 100 + c.hour;
    case NumberForm::ymdhm:
      return date * 10'000 + c.hour * 100 + c.minute;
    case NumberForm::ymdhms:
      return date * 1'000'000 + c.hour * 10'000 + c.minute * 100 + c.second;
    case NumberForm::unix_s:
      return static_cast<double>(micros) / 1e6;
    case NumberForm::unix_ms:
      return static_cast<double>(micros) / 1e3;
    case NumberForm::unix_us:
      return static_cast<double>(micros);
    case NumberForm::unix_ns:
      return static_cast<double>(micros) * 1e3;
  }
  return 0;
}

}  // namespace rondo
