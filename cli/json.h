// A JSON value to be written: what --json prints, and history.json. Keys keep the order in which they were given.
#pragma once

#include <concepts>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "rondo/core/shape.h"

namespace rondo::cli {

class Json {
 public:
  using List = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;  // null
  Json(bool value) : value_(value) {}
  template <std::integral I>
  requires(!std::same_as<I, bool>) Json(I value) : value_(static_cast<Index>(value)) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(List value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}
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

  // One line. Bytes that are not UTF-8 become U+FFFD, numbers that are not finite null: JSON has neither.
  std::string text() const;

 private:
  void write(std::string& out) const;
  std::variant<std::monostate, bool, Index, double, std::string, List, Object> value_;
};

}  // namespace rondo::cli
