#include "interop/json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

namespace rondo::interop {
namespace {

constexpr int max_depth = 64;
constexpr Index max_size = Index{1} << 40;  // of one axis

[[noreturn]] void expected(const std::string& what, const char* kind, const Json& value) {
  fail(Code::format, what + " must be " + kind + ", not " + shown(value));
}

// Watches the parser: depth and repeated names.
class Watch {
 public:
  explicit Watch(const std::string& what) : what_(what) {}
  bool operator()(int depth, Json::parse_event_t event, Json& value) {
    if (depth > max_depth) fail(Code::format, what_ + " is nested more than " + std::to_string(max_depth) + " deep");
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start) {
      if (names_.size() <= level + 1) names_.resize(level + 2);
      names_[level + 1].clear();
    } else if (event == Json::parse_event_t::key) {
      auto name = value.get<std::string>();
      if (!names_[level].insert(name).second)
        fail(Code::format, what_ + " has two values for '" + escaped(name.substr(0, 60)) + "' in one object");
    }
    return true;
  }

 private:
  std::string what_;
  std::vector<std::set<std::string>> names_;
};

// What Python's json writes for numbers that JSON has no words for.
constexpr std::string_view no_json[] = {"NaN", "-Infinity", "Infinity"};

std::string_view no_json_of(double value) { return no_json[std::isnan(value) ? 0 : value < 0 ? 1 : 2]; }

// The text with every NaN and Infinity outside texts in quotes; nothing if there is none.
std::optional<std::string> with_quotes(std::string_view text) {
  if (text.find("NaN") == std::string_view::npos && text.find("Infinity") == std::string_view::npos) return std::nullopt;
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inside && c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];
      continue;
    }
    const auto* const word =
        std::find_if(std::begin(no_json), std::end(no_json), [&](std::string_view w) { return text.substr(i).starts_with(w); });
    if (!inside && word != std::end(no_json)) {
      out += '"' + std::string(*word) + '"';
      i += word->size() - 1;
      continue;
    }
    if (c == '"') inside = !inside;
    out += c;
  }
  return out;
}

// Every number that JSON has no words for as a text: `mark`, then Python's word. Whether there was one.
bool mark_numbers(Json& value, const std::string& mark) {
  bool any = false;
  if (value.is_structured()) {
    for (Json& inner : value) any = mark_numbers(inner, mark) || any;
  } else if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    value = mark + std::string(no_json_of(value.get<double>()));
    any = true;
  }
  return any;
}

}  // namespace

Json parse_json(std::string_view text, const std::string& what) {
  try {
    // Python's json writes NaN as it is, which is no JSON: read as the text "NaN" (see any_number_of).
    if (const auto readable = with_quotes(text)) return Json::parse(readable->begin(), readable->end(), Watch(what));
    return Json::parse(text.begin(), text.end(), Watch(what));
  } catch (const Json::exception& e) {
    std::string detail = e.what();
    if (const auto close = detail.find("] "); close != std::string::npos) detail = detail.substr(close + 2);
    fail(Code::format, what + " is not JSON: " + escaped(detail.substr(0, 200)));
  }
}

std::string json_text(const Json& value, int indent) { return value.dump(indent, ' ', false, Json::error_handler_t::replace); }

std::string python_json_text(const Json& value) {
  const std::string plain = json_text(value);
  std::string mark = "number ";
  while (plain.find(mark) != std::string::npos) mark += "! ";
  Json marked = value;
  if (!mark_numbers(marked, mark)) return plain;
  std::string text = json_text(marked);
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.erase(at - 1, mark.size() + 1);    // the quote before it, and the mark
    text.erase(text.find('"', at - 1), 1);  // the quote behind the word
  }
  return text;
}

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array() && value.size() > 8) return "a list of " + std::to_string(value.size());
  std::string text = value.is_string() && value.get_ref<const std::string&>().size() > 60
                         ? "'" + value.get_ref<const std::string&>().substr(0, 57) + "...'"
                         : json_text(value);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return escaped(text);
}

const Json& member(const Json& object, std::string_view key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto it = object.find(std::string(key));
  return it == object.end() ? nothing : *it;
}

const Json& object_at(const Json& object, std::string_view key, const std::string& where) {
  const Json& value = member(object, key);
  if (!value.is_object()) expected(where + ": '" + std::string(key) + "'", "an object", value);
  return value;
}

const Json& array_at(const Json& object, std::string_view key, const std::string& where) {
  const Json& value = member(object, key);
  if (!value.is_array()) expected(where + ": '" + std::string(key) + "'", "a list", value);
  return value;
}

std::string string_at(const Json& object, std::string_view key, const std::string& where) {
  return string_of(member(object, key), where + ": '" + std::string(key) + "'");
}

Index index_of(const Json& value, const std::string& what) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number <= static_cast<std::uint64_t>(INT64_MAX)) return static_cast<Index>(number);
  } else if (value.is_number_integer()) {
    return value.get<std::int64_t>();
  }
  expected(what, "a whole number", value);
}

double number_of(const Json& value, const std::string& what) {
  if (!value.is_number()) expected(what, "a number", value);
  return value.get<double>();
}

double any_number_of(const Json& value, const std::string& what) {
  if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return HUGE_VAL;
  if (value == "-Infinity") return -HUGE_VAL;
  return number_of(value, what);
}

bool bool_of(const Json& value, const std::string& what) {
  if (!value.is_boolean()) expected(what, "true or false", value);
  return value.get<bool>();
}

std::string string_of(const Json& value, const std::string& what) {
  if (!value.is_string()) expected(what, "a text", value);
  return value.get<std::string>();
}

Shape shape_of(const Json& value, const std::string& what) {
  if (!value.is_array() || value.size() > 8) expected(what, "a list of at most 8 sizes", value);
  Shape shape;
  for (const Json& size : value) {
    if (size.is_null()) {
      shape.push_back(None);
      continue;
    }
    const Index n = index_of(size, what);
    if (n < 0 || n > max_size) fail(Code::format, what + " has a size of " + std::to_string(n));
    shape.push_back(n);
  }
  return shape;
}

Json json_of(const Shape& shape) {
  Json sizes = Json::array();
  for (const Index size : shape) sizes.push_back(size == None ? Json() : Json(size));
  return sizes;
}

}  // namespace rondo::interop
