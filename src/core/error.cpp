// What an error says: the five parts of a shape error, text made safe to print, and the nearest known name.
#include "rondo/core/error.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <utility>

namespace rondo {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::not_found:
      return "not_found";
    case Code::format:
      return "format";
    case Code::shape:
      return "shape";
    case Code::value:
      return "value";
    case Code::unsupported:
      return "unsupported";
    case Code::memory:
      return "memory";
    case Code::non_finite:
      return "non_finite";
    case Code::output:
      return "output";
    case Code::state:
      return "state";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

std::string text(const ShapeReport& report) {
  std::string out = "shape error at " + report.where;
  const auto part = [&out](const char* label, const std::string& what) {
    if (!what.empty()) out += std::string("\n") + label + what;
  };
  part("  got:    ", report.got);
  part("  likely: ", report.likely);
  part("  fix:    ", report.fix);
  part("  means:  ", report.meaning);
  return out;
}

void fail(const ShapeReport& report) { throw Error(Code::shape, text(report)); }

void fail(Code code, const std::string& message) { throw Error(code, message); }

namespace {

// The length of the valid UTF-8 sequence at the start of `s` (no overlong forms, surrogates or C1 controls), or 0.
std::size_t utf8_length(std::string_view s) {
  const auto byte = [s](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : (lead & 0xF0) == 0xE0        ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  if (length == 0 || s.size() < length) return 0;
  unsigned point = lead & (0x7F >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    point = point << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  const bool control = point < 0xA0;  // C1: some terminals obey them
  const bool turns = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);  // text direction
  return overlong || surrogate || control || turns || point > 0x10FFFF ? 0 : length;
}

// How many letters were put in, left out, mistaken, or swapped with their neighbour (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b, bool with_case) {
  const auto same = [&](std::size_t i, std::size_t j) {
    if (with_case) return a[i] == b[j];
    return std::tolower(static_cast<unsigned char>(a[i])) == std::tolower(static_cast<unsigned char>(b[j]));
  };
  std::vector<std::size_t> before, last, row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same(i - 1, j - 1) ? 0 : 1)});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1)) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string escaped(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c >= 0x20 && c < 0x7F) {
      out += static_cast<char>(c);
    } else if (const std::size_t length = utf8_length(text.substr(i)); length > 0) {
      out += text.substr(i, length);
      i += length;
      continue;
    } else {
      out += {'\\', 'x', digits[c >> 4], digits[c & 15]};
    }
    ++i;
  }
  return out;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> known) {
  if (name.empty() || name.size() > 64) return {};
  const std::string* nearest = nullptr;
  std::size_t best = std::max<std::size_t>(1, name.size() / 3) + 1;  // a third of the letters may be wrong
  for (const std::string& candidate : known) {
    if (candidate.size() > name.size() + best) continue;
    const std::size_t d = distance(name, candidate, false);
    // 'mse' and 'MSE' are as near as each other but for the case.
    const bool nearer = nearest && d == best && distance(name, candidate, true) < distance(name, *nearest, true);
    if ((d < best || nearer) && d < candidate.size()) {
      best = d;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? std::string() : " Did you mean '" + escaped(*nearest) + "'?";
}

}  // namespace rondo
