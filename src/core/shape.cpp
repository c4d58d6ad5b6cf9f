// Sizes, their checked products, and how they print.
#include "rondo/core/shape.h"

#include <algorithm>
#include <limits>
#include <ostream>

#include "rondo/core/error.h"

namespace rondo {
namespace {

std::size_t place(Index axis, Index rank) {
  if (axis < -rank || axis >= rank) fail(Code::shape, "tuple index out of range");
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

[[noreturn]] void too_big(Index a, const char* sign, Index b) {
  fail(Code::memory, "a size overflows: " + std::to_string(a) + sign + std::to_string(b) + " is larger than any memory");
}

}  // namespace

Index checked_mul(Index a, Index b) {
  Index out = 0;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &out)) too_big(a, " * ", b);
  return out;
}

Index checked_add(Index a, Index b) {
  Index out = 0;
  if (a < 0 || b < 0 || __builtin_add_overflow(a, b, &out)) too_big(a, " + ", b);
  return out;
}

Index Shape::operator[](Index axis) const { return sizes_[place(axis, rank())]; }
Index& Shape::operator[](Index axis) { return sizes_[place(axis, rank())]; }

bool Shape::known() const {
  return std::all_of(begin(), end(), [](Index size) { return size >= 0; });
}

Index Shape::elements() const {
  if (!known())
    fail(Code::shape, "the shape " + text() + " has an axis of unknown size (None), so its values cannot be counted");
  // A zero anywhere makes the product zero, whatever the other sizes are; otherwise every partial product must fit.
  if (std::find(begin(), end(), 0) != end()) return 0;
  Index product = 1;
  for (const Index size : sizes_) {
    if (__builtin_mul_overflow(product, size, &product)) {
      fail(Code::memory, "the shape " + text() + " has more values than any memory holds");
    }
  }
  return product;
}

Shape Shape::without_first() const {
  if (empty()) fail(Code::shape, "tuple index out of range");
  return Shape(std::span<const Index>(sizes_).subspan(1));
}

Shape Shape::with_first(Index samples) const {
  Shape out = *this;
  out[0] = samples;
  return out;
}

Shape Shape::prepended(Index size) const {
  Shape out;
  out.sizes_.reserve(sizes_.size() + 1);
  out.sizes_.push_back(size);
  out.sizes_.insert(out.sizes_.end(), begin(), end());
  return out;
}

std::string Shape::text() const {
  std::string out = "(";
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    if (i > 0) out += ", ";
    out += sizes_[i] < 0 ? "None" : std::to_string(sizes_[i]);
  }
  return out + (sizes_.size() == 1 ? ",)" : ")");
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.text(); }

}  // namespace rondo
