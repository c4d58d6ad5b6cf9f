// Writing JSON: RFC 8259, nothing read.
#include "json.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace rondo::cli {

namespace {

// The length of the UTF-8 sequence at the start of `s`, or 0 if there is none (overlong forms and surrogates included).
std::size_t utf8_length(std::string_view s) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(s[i]); };
  const auto tail = [&](std::size_t i) { return i < s.size() && (at(i) & 0xC0) == 0x80; };
  const std::uint8_t c = at(0);
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return tail(1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if ((c == 0xE0 && at(1) < 0xA0) || (c == 0xED && at(1) > 0x9F)) return 0;
    return 3;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if ((c == 0xF0 && at(1) < 0x90) || (c == 0xF4 && at(1) > 0x8F)) return 0;
    return 4;
  }
  return 0;
}

std::string quoted(std::string_view s) {
  std::string out(1, '"');
  while (!s.empty()) {
    const std::size_t length = utf8_length(s);
    const char c = s[0];
    if (length == 0) {
      out += "\\ufffd";
      s.remove_prefix(1);
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += buffer;
    } else {
      out += s.substr(0, length);
    }
    s.remove_prefix(length);
  }
  out += '"';
  return out;
}

}  // namespace

Json::Json(double value) : text_("null") {
  char buffer[40];
  if (std::isfinite(value)) text_.assign(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

Json::Json(const std::string& value) : text_(quoted(value)) {}

Json::Json(const List& values) : text_("[") {
  for (const Json& value : values) {
    if (text_.size() > 1) text_ += ", ";
    text_ += value.text_;
  }
  text_ += ']';
}

Json::Json(const Object& values) : text_("{") {
  for (const auto& [key, value] : values) {
    if (text_.size() > 1) text_ += ", ";
    text_ += quoted(key);
    text_ += ": ";
    text_ += value.text_;
  }
  text_ += '}';
}

Json::Json(const Shape& shape) : Json(list(shape, [](Index size) { return size == None ? Json() : Json(size); })) {}

}  // namespace rondo::cli
