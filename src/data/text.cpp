#include "data/text.h"

#include <charconv>

#include "rondo/core/error.h"

namespace rondo {

std::string grouped(Index n) {
  std::string s = std::to_string(n);
  for (std::size_t i = s.size(); i > 3 + (n < 0 ? 1U : 0U);) s.insert(i -= 3, ",");
  return s;
}

std::string number_text(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

std::string listed(std::span<const std::string> names, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == limit && names.size() > limit + 1) return out + " and " + std::to_string(names.size() - limit) + " more";
    out += (i ? ", " : "") + in_quotes(names[i]);
  }
  return out;
}

std::string in_quotes(std::string_view name) {
  const bool cut = name.size() > 60;
  return "'" + escaped(cut ? name.substr(0, 60) : name) + (cut ? "...'" : "'");
}

}  // namespace rondo
