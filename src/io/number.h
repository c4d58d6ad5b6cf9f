// One number from text, the same in every locale. std::from_chars rounds correctly and never looks at the locale.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rondo::csv {

enum class Number { ok, text, too_large };

inline std::string_view trimmed(std::string_view s) {
  if (!s.empty() && s.front() > ' ' && s.back() > ' ') return s;  // nearly always
  const std::size_t first = s.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t\r\n") - first + 1);
}

// 123, -1.5, 0.000125: up to 19 digits that make an integer m below 2^53, with k of them behind the point. m and 10^k (k <= 22)
// are exact in double, so m / 10^k is rounded once: it is the nearest double. False: not of this form.
inline bool parse_plain(std::string_view cell, double& value) {
  static constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                      1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
  const char* at = cell.data();
  const char* const end = at + cell.size();
  if (cell.empty() || cell.size() > 20) return false;
  const bool minus = *at == '-';
  at += minus;
  std::uint64_t m = 0;
  const char* const whole = at;
  for (; at != end && static_cast<unsigned>(*at - '0') < 10; ++at) m = m * 10 + static_cast<unsigned>(*at - '0');
  std::ptrdiff_t digits = at - whole, behind = 0;
  if (at != end && *at == '.') {
    const char* const fraction = ++at;
    for (; at != end && static_cast<unsigned>(*at - '0') < 10; ++at) m = m * 10 + static_cast<unsigned>(*at - '0');
    behind = at - fraction;
    digits += behind;
  }
  if (at != end || digits == 0 || digits > 19 || m > (std::uint64_t{1} << 53)) return false;
  const double size = static_cast<double>(m) / powers[behind];
  value = minus ? -size : size;
  return true;
}

// `cell` without blanks around it. Takes 1, -1.5, +2, .5, 5., 1e-3, inf, nan; a number too small for double is 0, one too large
// is `too_large`. With decimal ',' a point is refused, so that 1.234 is not silently a thousandth of 1234.
inline Number parse_number(std::string_view cell, char decimal, double& value) {
  if (decimal == '.' && parse_plain(cell, value)) return Number::ok;
  char copy[64] = {};
  if (decimal != '.') {
    if (cell.size() > sizeof copy || cell.find('.') != std::string_view::npos) return Number::text;
    if (!cell.empty()) std::memcpy(copy, cell.data(), cell.size());
    for (std::size_t i = 0; i < cell.size(); ++i) {
      if (copy[i] == decimal) copy[i] = '.';
    }
    cell = std::string_view(copy, cell.size());
  }
  if (cell.size() > 1 && cell[0] == '+' && cell[1] != '-') cell.remove_prefix(1);
  const char* const end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(cell.data(), end, value);
  if (stop != end || cell.empty() || error == std::errc::invalid_argument) return Number::text;
  if (error == std::errc::result_out_of_range) {
    const std::size_t exponent = cell.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos ? exponent < 300 && cell[exponent + 1] == '-'
                                                         : cell.find_first_not_of("+-0") != std::string_view::npos &&
                                                               cell[cell.find_first_not_of("+-0")] == '.';
    value = 0;
    return tiny ? Number::ok : Number::too_large;
  }
  // "1e999" read as infinity, where an implementation reports no error.
  if (std::isinf(value) && cell.find_first_of("0123456789") != std::string_view::npos) return Number::too_large;
  return Number::ok;
}

}  // namespace rondo::csv
