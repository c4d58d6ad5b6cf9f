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

void write_string(std::string& out, std::string_view s) {
  out += '"';
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
}

template <class Number>
void write_number(std::string& out, Number value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

}  // namespace

Json::Json(const Shape& shape) : value_(List{}) {
  for (const Index size : shape) std::get<List>(value_).push_back(size == None ? Json() : Json(size));
}

std::string Json::text() const {
  std::string out;
  write(out);
  return out;
}

void Json::write(std::string& out) const {
  if (const bool* b = std::get_if<bool>(&value_)) {
    out += *b ? "true" : "false";
  } else if (const Index* i = std::get_if<Index>(&value_)) {
    write_number(out, *i);
  } else if (const double* d = std::get_if<double>(&value_); d && std::isfinite(*d)) {
    write_number(out, *d);
  } else if (const std::string* s = std::get_if<std::string>(&value_)) {
    write_string(out, *s);
  } else if (const List* list = std::get_if<List>(&value_)) {
    out += '[';
    for (std::size_t n = 0; n < list->size(); ++n) {
      if (n) out += ", ";
      (*list)[n].write(out);
    }
    out += ']';
  } else if (const Object* object = std::get_if<Object>(&value_)) {
    out += '{';
    for (std::size_t n = 0; n < object->size(); ++n) {
      if (n) out += ", ";
      write_string(out, (*object)[n].first);
      out += ": ";
      (*object)[n].second.write(out);
    }
    out += '}';
  } else {
    out += "null";
  }
}

}  // namespace rondo::cli
