#include "io/csv_cells.h"

#include <algorithm>
#include <array>

#include "rondo/core/error.h"

namespace rondo::csv {
namespace {

bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

bool spells_missing(std::string_view cell) {
  if (cell.empty()) return true;
  static constexpr std::array<std::string_view, 26> spellings = {
      "na",  "n/a", "#n/a",     "#na",     "<na>",    "nan",     "-nan",    "null",     "none",
      "nil", "?",   "#n/a n/a", "n.a.",    "1.#ind",  "-1.#ind", "1.#qnan", "-1.#qnan", "-",
      "--",  ".",   "..",       "#div/0!", "#value!", "#ref!",   "#num!",   "#name?"};
  if (cell.size() > 8) return false;
  return std::any_of(spellings.begin(), spellings.end(), [&](std::string_view s) { return same_ignoring_case(cell, s); });
}

bool date_like(std::string_view s) {
  if (s.empty() || s[0] < '0' || s[0] > '9') return false;
  int digits = 0, marks = 0;
  for (const char c : s) {
    if (c >= '0' && c <= '9') {
      ++digits;
    } else if (c == '-' || c == '/' || c == ':' || c == '.') {
      ++marks;
    } else if (c != 'T' && c != 'Z' && c != '+' && c != ' ') {
      return false;
    }
  }
  return marks > 0 && digits >= 3;
}

std::string quoted(std::string_view cell) {
  const bool cut = cell.size() > 40;
  return "'" + escaped(cut ? cell.substr(0, 40) : cell) + (cut ? "...'" : "'");
}

}  // namespace rondo::csv
