// Array: an n-dimensional block of numbers in C order, with NumPy's meaning of shape, reshape and printing, and optional
// axis names. It owns its values; copying copies them.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "rondo/core/shape.h"
#include "rondo/core/types.h"

namespace rondo {

using AxisNames = std::vector<std::string>;

class Array {
 public:
  // A number in a list of values: any arithmetic type.
  struct Number {
    double value;
    template <class T>
    requires std::is_arithmetic_v<T>
    constexpr Number(T x) : value(static_cast<double>(x)) {}
  };

  Array() = default;  // shape (0,)
  // Lists of numbers, one to three deep: {0.1, 0.2}, {{0.1, 1.0}, {0.2, 0.9}}, ... Rows of different length throw Error(shape)
  // in NumPy's words. (A template and two element types, so that {{1}, {2}} is two rows and not ambiguous.)
  template <class = void>
  Array(std::initializer_list<Number> values) : Array(from_values(values)) {}
  Array(std::initializer_list<std::initializer_list<Number>> rows);
  Array(std::initializer_list<std::initializer_list<std::initializer_list<double>>> blocks);
  // Zeros, or another value everywhere. Throws Error(memory) before allocating when they would not fit in this machine.
  explicit Array(Shape shape) : Array(filled(std::move(shape), 0)) {}
  template <class T>
  requires std::is_arithmetic_v<T>
  explicit Array(Shape shape, T fill) : Array(filled(std::move(shape), static_cast<real>(fill))) {}
  Array(Shape shape, std::vector<real> values);  // throws Error(shape) if the count differs

  const Shape& shape() const { return shape_; }
  Index ndim() const { return shape_.rank(); }
  Index size() const { return static_cast<Index>(values_.size()); }
  real* data() { return values_.data(); }
  const real* data() const { return values_.data(); }
  std::span<const real> values() const { return values_; }
  std::span<real> values() { return values_; }

  // One element; negative indices count from the end. Throws Error(shape) in NumPy's words.
  template <class... I>
  real& operator()(I... index) {
    return values_[static_cast<std::size_t>(offset({static_cast<Index>(index)...}))];
  }
  template <class... I>
  real operator()(I... index) const {
    return values_[static_cast<std::size_t>(offset({static_cast<Index>(index)...}))];
  }
  Array operator[](Index i) const;  // the i-th sub-array along the first axis (a copy)

  // The same values in the same order under another shape; one size may be -1. Throws Error(shape) in NumPy's words:
  // "cannot reshape array of size 10 into shape (3,4)". Reshape never moves a value: see transpose.
  Array reshape(const Shape& shape) const&;
  Array reshape(const Shape& shape) &&;
  Array reshape(std::initializer_list<Index> shape) const& { return reshape(Shape(shape)); }
  Array reshape(std::initializer_list<Index> shape) && { return std::move(*this).reshape(Shape(shape)); }
  template <class... I>
  requires(sizeof...(I) >= 1 && (std::is_integral_v<I> && ...)) Array reshape(I... sizes)
  const& { return reshape(Shape{static_cast<Index>(sizes)...}); }

  // Axes in another order (reversed when none are named). transpose moves values, reshape does not: two series stored as
  // rows, (2, 10), become (10, 2) rows of time by transpose(); reshape({10, 2}) would mix the two series.
  Array transpose(std::vector<Index> axes = {}) const;

  // Elements start, start+step, ... before stop along one axis, as NumPy's start:stop:step (absent: to the end).
  Array slice(Index axis, std::optional<Index> start, std::optional<Index> stop, Index step = 1) const;

  // Axis names, or {} when none were given. They survive reshape where an axis survives (see docs/shapes.md).
  const AxisNames& axes() const { return axes_; }
  Array named(AxisNames names) const&;  // throws Error(shape) if their number is not ndim()
  Array named(AxisNames names) &&;

  // The shape before the first reshape: what explain() traces values back to.
  const Shape& origin() const { return origin_; }

  std::string text() const;  // as NumPy's print()

 private:
  static Array from_values(std::initializer_list<Number> values);
  static Array filled(Shape shape, real value);
  Index offset(std::initializer_list<Index> index) const;
  Shape shape_{0};
  Shape origin_{0};
  std::vector<real> values_;
  AxisNames axes_;
};

std::ostream& operator<<(std::ostream& out, const Array& array);

Array stack(std::span<const Array> arrays, Index axis = 0);
Array concatenate(std::span<const Array> arrays, Index axis = 0);
inline Array stack(std::initializer_list<Array> arrays, Index axis = 0) {
  return stack(std::span(arrays.begin(), arrays.size()), axis);
}
inline Array concatenate(std::initializer_list<Array> arrays, Index axis = 0) {
  return concatenate(std::span(arrays.begin(), arrays.size()), axis);
}

// What each axis is and where the original rows went, in words and numbers.
std::string explain(const Array& array);

}  // namespace rondo
