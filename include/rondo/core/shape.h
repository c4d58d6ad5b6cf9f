// The sizes of an array's axes: (samples, time steps, features) for a sequence batch.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "rondo/core/types.h"

namespace rondo {

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<Index> sizes) : sizes_(sizes) {}
  explicit Shape(std::vector<Index> sizes) : sizes_(std::move(sizes)) {}
  explicit Shape(std::span<const Index> sizes) : sizes_(sizes.begin(), sizes.end()) {}

  Index rank() const { return static_cast<Index>(sizes_.size()); }
  // axis counts from the end when negative. Throws Error(shape) "tuple index out of range", as NumPy.
  Index operator[](Index axis) const;
  Index& operator[](Index axis);
  auto begin() const { return sizes_.begin(); }
  auto end() const { return sizes_.end(); }
  const std::vector<Index>& sizes() const { return sizes_; }

  void push_back(Index size) { sizes_.push_back(size); }
  bool empty() const { return sizes_.empty(); }
  bool known() const;                     // no axis is None
  Index elements() const;                 // product of the sizes; throws Error(memory) if it overflows, Error(shape) on None
  Shape without_first() const;            // (10, 2) of (None, 10, 2)
  Shape with_first(Index samples) const;  // replaces the first size
  Shape prepended(Index size) const;

  // "(1, 10, 1)", "(10,)", "(None, 10, 2)": as Python prints a tuple.
  std::string text() const;

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::vector<Index> sizes_;
};

using Shapes = std::vector<Shape>;

std::ostream& operator<<(std::ostream& out, const Shape& shape);

// a * b and a + b for sizes; throw Error(memory) instead of wrapping round. Both must be >= 0.
Index checked_mul(Index a, Index b);
Index checked_add(Index a, Index b);

}  // namespace rondo
