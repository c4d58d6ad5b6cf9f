// The grammar of one date, by hand: no locale, no stream, nothing from the heap.
#include "data/dates_form.h"

namespace rondo {
namespace {

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

constexpr const char* month_names[] = {"january", "february", "march",     "april",   "may",      "june",
                                       "july",    "august",   "september", "october", "november", "december"};
constexpr const char* weekday_names[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

// The number of the name that `word` is or begins, from three letters on; 0 if there is none. "Sept" and "Tues" begin theirs.
int name_number(std::string_view word, const char* const* names, int count) {
  if (word.size() < 3) return 0;
  for (int n = 0; n < count; ++n) {
    const char* at = names[n];
    std::size_t i = 0;
    while (i < word.size() && at[i] != '\0' && lower(word[i]) == at[i]) ++i;
    if (i == word.size()) return n + 1;
  }
  return 0;
}

class Reader {
 public:
  Reader(std::string_view s, DateCell& out) : s_(s), out_(out) {}

  bool read() {
    if (s_.empty() || s_.size() > 64) return false;
    skip_weekday();
    const DateFamily family = date();
    if (family == DateFamily::none) return false;
    const bool has_day = family == DateFamily::day || family == DateFamily::day_or_month_first;
    if (!done() && !(has_day && time())) return false;
    if (!done() || !in_range(family)) return false;
    out_.family = family;
    return true;
  }

 private:
  bool done() const { return i_ == s_.size(); }
  char at(std::size_t ahead = 0) const { return i_ + ahead < s_.size() ? s_[i_ + ahead] : '\0'; }
  std::size_t digits(std::size_t from = 0) const {
    std::size_t n = 0;
    while (digit(at(from + n))) ++n;
    return n;
  }
  bool add(DateField field, std::size_t size) {
    if (out_.pieces == static_cast<int>(out_.piece.size())) return false;
    out_.piece[static_cast<std::size_t>(out_.pieces++)] = {field, static_cast<std::uint8_t>(i_),
                                                           static_cast<std::uint8_t>(size)};
    i_ += size;
    return true;
  }
  // `size` digits, which the caller has seen.
  bool number(DateField field, std::size_t size, int& value) {
    value = 0;
    for (std::size_t k = 0; k < size; ++k) value = value * 10 + (s_[i_ + k] - '0');
    const bool short_one = field == DateField::month || field == DateField::day || field == DateField::hour ||
                           field == DateField::day_or_month || field == DateField::month_or_day;
    if (size == 1 && short_one) out_.single_digit = true;
    return add(field, size);
  }
  bool literal(std::size_t size) { return size == 0 || add(DateField::literal, size); }
  // One of `marks`, or blanks with at most one of them among them.
  bool mark(std::string_view marks) {
    std::size_t n = 0;
    while (at(n) == ' ') ++n;
    if (at(n) != '\0' && marks.find(at(n)) != std::string_view::npos) ++n;
    while (at(n) == ' ') ++n;
    return n > 0 && literal(n);
  }
  std::size_t word() const {
    std::size_t n = 0;
    while (letter(at(n))) ++n;
    return n;
  }
  bool month_name() {
    const std::size_t n = word();
    out_.month = name_number(s_.substr(i_, n), month_names, 12);
    return out_.month > 0 && add(DateField::month_name, n) && (at() != '.' || n < 3 || literal(1));
  }
  bool year4() { return digits() == 4 && number(DateField::year, 4, out_.year); }
  bool year_any() {
    if (digits() == 4) return year4();
    out_.two_digit_year = true;
    return digits() == 2 && number(DateField::year2, 2, out_.year);
  }
  bool one_or_two(DateField field, int& value) {
    const std::size_t n = digits();
    return (n == 1 || n == 2) && number(field, n, value);
  }
  void skip_weekday() {
    const std::size_t n = word();
    if (name_number(s_.substr(0, n), weekday_names, 7) == 0) return;
    add(DateField::weekday_name, n);
    if (at() == '.') literal(1);
    mark(",");
  }

  DateFamily date();
  DateFamily after_year();
  bool quarter() {
    int q = 0;
    if (lower(at()) != 'q' || !literal(1) || digits() != 1 || !number(DateField::quarter, 1, q) || q < 1 || q > 4) return false;
    out_.month = 3 * q - 2;
    return true;
  }
  bool time();
  bool zone();
  bool in_range(DateFamily family) const;

  std::string_view s_;
  DateCell& out_;
  std::size_t i_ = 0;
};

// After the four digits of a year.
DateFamily Reader::after_year() {
  if (done()) return DateFamily::year;
  if (lower(at()) == 'q') return quarter() ? DateFamily::quarter : DateFamily::none;
  if (lower(at()) == 'm' && digit(at(1))) {
    return literal(1) && one_or_two(DateField::month, out_.month) ? DateFamily::month : DateFamily::none;
  }
  const char first = at();
  if (first == 'w' || first == 'W' || ((first == '-' || first == ' ') && lower(at(1)) == 'w' && digit(at(2)))) {
    int week = 0, day = 1;
    if (!literal(lower(first) == 'w' ? 1 : 2) || !one_or_two(DateField::week, week)) return DateFamily::none;
    const bool with_day = at() == '-' && digits(1) == 1;
    if (with_day && (!literal(1) || !number(DateField::week_day, 1, day))) return DateFamily::none;
    if (out_.year < 1 || week < 1 || week > weeks_in(out_.year) || day < 1 || day > 7) return DateFamily::none;
    const Day monday = day_of(first_week(out_.year) + 7 * (week - 1) + day - 1);
    out_.year = monday.year;
    out_.month = monday.month;
    out_.day = monday.day;
    return with_day ? DateFamily::day : DateFamily::week;
  }
  if (!mark("-/.,") && !letter(first)) return DateFamily::none;
  if (lower(at()) == 'q') return quarter() ? DateFamily::quarter : DateFamily::none;
  if (letter(at()) ? !month_name() : !one_or_two(DateField::month, out_.month)) return DateFamily::none;
  const char second = at();
  if (done()) return DateFamily::month;
  if (second != '-' && second != '/' && second != '.' && second != ' ') return DateFamily::none;
  return mark("-/.") && one_or_two(DateField::day, out_.day) ? DateFamily::day : DateFamily::none;
}

DateFamily Reader::date() {
  const std::size_t n = digits();
  if (n == 4) return year4() ? after_year() : DateFamily::none;
  if (n == 8 || n == 12 || n == 14) {
    bool good =
        number(DateField::year, 4, out_.year) && number(DateField::month, 2, out_.month) && number(DateField::day, 2, out_.day);
    if (n > 8) good = good && number(DateField::hour, 2, out_.hour) && number(DateField::minute, 2, out_.minute);
    if (n > 12) good = good && number(DateField::second, 2, out_.second);
    return good ? DateFamily::day : DateFamily::none;
  }
  if (n == 6) {
    return number(DateField::year, 4, out_.year) && number(DateField::month, 2, out_.month) ? DateFamily::month
                                                                                            : DateFamily::none;
  }
  if (n == 1 || n == 2) {
    const char next = at(n);
    if (letter(next) || ((next == ' ' || next == '-' || next == '.' || next == '/') && letter(at(n + 1)))) {
      const bool good = one_or_two(DateField::day, out_.day) && (letter(at()) || mark("-./")) && month_name() &&
                        (digit(at()) || mark("-./,")) && year_any();
      return good ? DateFamily::day : DateFamily::none;
    }
    if (next != '/' && next != '-' && next != '.') return DateFamily::none;
    if (digits(n + 1) == 4) {
      return one_or_two(DateField::month, out_.month) && literal(1) && year4() ? DateFamily::month : DateFamily::none;
    }
    if (!one_or_two(DateField::day_or_month, out_.day) || !literal(1)) return DateFamily::none;
    if (!one_or_two(DateField::month_or_day, out_.month) || at() != next || !literal(1)) return DateFamily::none;
    while (at() == ' ') {
      if (!literal(1)) return DateFamily::none;
    }
    out_.day_first = next == '.';
    return year_any() ? DateFamily::day_or_month_first : DateFamily::none;
  }
  if (n > 0 || done()) return DateFamily::none;
  if (lower(at()) == 'q' && digit(at(1))) {
    return quarter() && (mark("-/,") || digit(at())) && year4() ? DateFamily::quarter : DateFamily::none;
  }
  if (!month_name()) return DateFamily::none;
  if (!mark("-/.,'") && !digit(at())) return DateFamily::none;
  const std::size_t m = digits();
  if (m == 4) return year4() ? DateFamily::month : DateFamily::none;
  if (m == 2 && i_ + 2 == s_.size()) return year_any() ? DateFamily::month : DateFamily::none;
  return one_or_two(DateField::day, out_.day) && mark("-/.,") && year_any() ? DateFamily::day : DateFamily::none;
}

bool Reader::time() {
  if (lower(at()) == 't') {
    if (!literal(1)) return false;
  } else if (!mark(",")) {
    return false;
  }
  const std::size_t n = digits();
  bool colons = false;
  if (n == 4 || n == 6) {  // 143015
    if (!number(DateField::hour, 2, out_.hour) || !number(DateField::minute, 2, out_.minute)) return false;
    if (n == 6 && !number(DateField::second, 2, out_.second)) return false;
  } else {
    if (!one_or_two(DateField::hour, out_.hour)) return false;
    if (at() == ':') {
      colons = true;
      if (!literal(1) || digits() != 2 || !number(DateField::minute, 2, out_.minute)) return false;
      if (at() == ':' && (!literal(1) || digits() != 2 || !number(DateField::second, 2, out_.second))) return false;
    }
  }
  if ((at() == '.' || at() == ',') && digit(at(1))) {
    if (out_.piece[static_cast<std::size_t>(out_.pieces - 1)].field != DateField::second || !literal(1)) return false;
    const std::size_t k = digits();
    int scale = 100'000;
    for (std::size_t d = 0; d < k && d < 6; ++d, scale /= 10) out_.micro += (at(d) - '0') * scale;
    if (!add(DateField::fraction, k)) return false;
  }
  std::size_t blanks = 0;
  while (at(blanks) == ' ') ++blanks;
  const char half = lower(at(blanks));
  if (half == 'a' || half == 'p') {
    const bool points = at(blanks + 1) == '.';
    const std::size_t m = blanks + (points ? 2 : 1);
    if (lower(at(m)) != 'm' || out_.hour < 1 || out_.hour > 12 || !literal(blanks)) return false;
    if (!add(DateField::half, points ? (at(3) == '.' ? 4 : 3) : 2)) return false;
    out_.hour = out_.hour % 12 + (half == 'p' ? 12 : 0);
    blanks = 0;
    while (at(blanks) == ' ') ++blanks;
  } else if (n < 4 && !colons) {
    return false;  // 14 alone is no time
  }
  return done() || (literal(blanks) && zone());
}

bool Reader::zone() {
  out_.zoned = true;
  const std::string_view rest = s_.substr(i_);
  if (rest == "Z" || rest == "z" || rest == "UTC" || rest == "GMT") return add(DateField::zone, rest.size());
  if (rest.size() < 3 || (rest[0] != '+' && rest[0] != '-') || !digit(rest[1]) || !digit(rest[2])) return false;
  int minutes = 60 * (10 * (rest[1] - '0') + (rest[2] - '0'));
  const std::size_t at_minutes = rest.size() > 3 && rest[3] == ':' ? 4 : 3;
  if (rest.size() > 3) {
    if (rest.size() != at_minutes + 2 || !digit(rest[at_minutes]) || !digit(rest[at_minutes + 1])) return false;
    const int m = 10 * (rest[at_minutes] - '0') + (rest[at_minutes + 1] - '0');
    if (m > 59) return false;
    minutes += m;
  }
  if (minutes > 14 * 60) return false;
  out_.zone_minutes = rest[0] == '-' ? -minutes : minutes;
  return add(DateField::zone, rest.size());
}

bool Reader::in_range(DateFamily family) const {
  if (!out_.two_digit_year && (out_.year < 1 || (family == DateFamily::year && (out_.year < 1000 || out_.year > 2999))))
    return false;
  const bool midnight = out_.hour == 24 && out_.minute == 0 && out_.second == 0 && out_.micro == 0;
  if ((out_.hour > 23 && !midnight) || out_.minute > 59 || out_.second > 59) return false;
  if (family == DateFamily::day_or_month_first) return out_.day >= 1 && out_.month >= 1 && out_.day <= 31 && out_.month <= 31;
  if (out_.month < 1 || out_.month > 12) return false;
  return out_.day >= 1 && out_.day <= (out_.two_digit_year ? 31 : days_in_month(out_.year, out_.month));
}

}  // namespace

void read_date(std::string_view cell, DateCell& out) {
  out.family = DateFamily::none;
  out.year = 0;
  out.month = out.day = 1;
  out.hour = out.minute = out.second = out.micro = out.zone_minutes = out.pieces = 0;
  out.zoned = out.two_digit_year = out.day_first = out.single_digit = false;
  if (!Reader(cell, out).read()) out.family = DateFamily::none;
}

bool to_micros(const DateCell& cell, const DateReading& reading, std::int64_t& micros) {
  const bool turned = cell.family == DateFamily::day_or_month_first && !reading.day_first;
  const int day = turned ? cell.month : cell.day, month = turned ? cell.day : cell.month;
  const int year = !cell.two_digit_year ? cell.year : cell.year + (cell.year >= reading.pivot ? 1900 : 2000);
  if (month > 12 || day > days_in_month(year, month)) return false;
  micros = days_from(year, month, day) * day_us +
           ((cell.hour * 60 + cell.minute - cell.zone_minutes) * std::int64_t{60} + cell.second) * second_us + cell.micro;
  return true;
}

}  // namespace rondo
