// A JSON value to be written: what --json prints, and history.json. Keys keep the order in which they were given.
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "rondo/core/shape.h"

namespace rondo::cli {

class Json {
 public:
  using List = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() : text_("null") {}
  Json(bool value) : text_(value ? "true" : "false") {}
  template <std::integral I>
  requires(!std::same_as<I, bool>) Json(I value) : text_(std::to_string(value)) {}
  Json(double value);  // the shortest text that reads back to the same number; null if it is not finite
  Json(const char* value) : Json(std::string(value)) {}
  Json(const std::string& value);  // bytes that are not UTF-8 become U+FFFD
  Json(const List& values);
  Json(const Object& values);
  Json(const Shape& shape);  // [null, 10, 2]: None is null

  template <class Range, class Make>
  static Json list(const Range& range, Make make) {
    List out;
    for (const auto& item : range) out.push_back(make(item));
    return out;
  }
  static Json strings(const std::vector<std::string>& values) {
    return list(values, [](const std::string& s) { return Json(s); });
  }

  const std::string& text() const { return text_; }  // one line

 private:
  std::string text_;
};

}  // namespace rondo::cli
