// Words for messages.
#include "core/words.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <map>

#include "rondo/core/error.h"

namespace rondo {

std::string short_number(double value) {
  if (std::isnan(value)) return "nan";  // a sign would say nothing
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

std::string list_text(std::span<const Index> values) {
  std::string out = "(";
  for (const Index v : values) out += (out.size() > 1 ? ", " : "") + std::to_string(v);
  return out + (values.size() == 1 ? ",)" : ")");
}

void fail_unknown(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  // By the letters alone: MeanSquaredError and mean_squared_error are one; the one in small letters is told.
  std::map<std::string, std::string> spellings;
  for (const std::string& one : known) {
    std::string letters;
    for (const char c : one)
      if (std::isalnum(static_cast<unsigned char>(c)) != 0)
        letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::string& spelling = spellings[letters];
    const bool plain = std::none_of(one.begin(), one.end(), [](unsigned char c) { return std::isupper(c) != 0; });
    if (spelling.empty() || plain) spelling = one;
  }
  std::string list;
  for (const auto& [letters, spelling] : spellings) list += (list.empty() ? "" : ", ") + escaped(spelling);
  fail(Code::unsupported,
       "unknown " + what + " '" + escaped(name.substr(0, 100)) + "'." + did_you_mean(name, known) + " Known: " + list + ".");
}

}  // namespace rondo
