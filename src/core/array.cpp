// Array: its making, one element, sub-arrays, reshape, transpose, slice, stack and concatenate, with NumPy's meaning and
// NumPy's words for every refusal. Printing is in print.cpp, the rules for names in names.cpp.
#include "rondo/core/array.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "core/memory.h"
#include "core/names.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr Index max_rank = 32;  // NumPy's

std::size_t count(Index n) { return static_cast<std::size_t>(n); }

[[noreturn]] void inhomogeneous(const Shape& found) {
  fail(Code::shape, "setting an array element with a sequence. The requested array has an inhomogeneous shape after " +
                        std::to_string(found.rank()) + " dimensions. The detected shape was " + found.text() +
                        " + inhomogeneous part.");
}

// A shape as NumPy's reshape prints it: leading unknown sizes left out, later ones "newaxis", no spaces.
std::string reshape_text(const Shape& shape) {
  const std::vector<Index>& sizes = shape.sizes();
  std::size_t i = 0;
  while (i < sizes.size() && sizes[i] < 0) ++i;
  if (i == sizes.size()) return "()";
  std::string out = "(" + std::to_string(sizes[i++]);
  for (; i < sizes.size(); ++i) out += "," + (sizes[i] < 0 ? std::string("newaxis") : std::to_string(sizes[i]));
  return out + (sizes.size() == 1 ? ",)" : ")");
}

// The shape with its one unknown size (any negative number, as NumPy has it) filled in.
Shape filled_in(const Shape& wanted, Index size) {
  if (wanted.rank() > max_rank) {
    fail(Code::shape, "maximum supported dimension for an ndarray is 32, found " + std::to_string(wanted.rank()));
  }
  const auto mismatch = [&]() {
    fail(Code::shape, "cannot reshape array of size " + std::to_string(size) + " into shape " + reshape_text(wanted));
  };
  Index known = 1;
  Index unknown = -1;
  for (Index axis = 0; axis < wanted.rank(); ++axis) {
    if (wanted[axis] >= 0) {
      if (__builtin_mul_overflow(known, wanted[axis], &known)) mismatch();
    } else if (unknown >= 0) {
      fail(Code::shape, "can only specify one unknown dimension");
    } else {
      unknown = axis;
    }
  }
  Shape out = wanted;
  if (unknown < 0) {
    if (known != size) mismatch();
  } else {
    if (known == 0 || size % known != 0) mismatch();
    out[unknown] = size / known;
  }
  return out;
}

// An axis counted from the front; throws in NumPy's words.
Index axis_of(Index axis, Index rank) {
  if (axis < -rank || axis >= rank) {
    fail(Code::shape, "axis " + std::to_string(axis) + " is out of bounds for array of dimension " + std::to_string(rank));
  }
  return axis < 0 ? axis + rank : axis;
}

Index index_of(Index i, Index axis, Index size) {
  if (i < -size || i >= size) {
    fail(Code::shape, "index " + std::to_string(i) + " is out of bounds for axis " + std::to_string(axis) + " with size " +
                          std::to_string(size));
  }
  return i < 0 ? i + size : i;
}

// Products of the sizes before and after an axis.
Index product(const Shape& shape, Index from, Index to) {
  Index out = 1;
  for (Index axis = from; axis < to; ++axis) out *= shape[axis];
  return out;
}

Index checked_values(const Shape& shape) {
  if (shape.rank() > max_rank) {
    fail(Code::shape, "maximum supported dimension for an ndarray is 32, found " + std::to_string(shape.rank()));
  }
  const Index n = shape.elements();
  check_memory(checked_mul(n, sizeof(real)), "an array of shape " + shape.text());
  return n;
}

}  // namespace

Array Array::from_values(std::initializer_list<Number> values) {
  std::vector<real> out;
  out.reserve(values.size());
  for (const Number& x : values) out.push_back(static_cast<real>(x.value));
  return Array(Shape{static_cast<Index>(values.size())}, std::move(out));
}

Array::Array(std::initializer_list<std::initializer_list<Number>> rows) {
  const Index n = static_cast<Index>(rows.size());
  const Index width = rows.size() == 0 ? 0 : static_cast<Index>(rows.begin()->size());
  std::vector<real> out;
  for (const auto& row : rows) {
    if (static_cast<Index>(row.size()) != width) inhomogeneous({n});
    for (const Number& x : row) out.push_back(static_cast<real>(x.value));
  }
  *this = Array(Shape{n, width}, std::move(out));
}

Array::Array(std::initializer_list<std::initializer_list<std::initializer_list<double>>> blocks) {
  const Index n = static_cast<Index>(blocks.size());
  const Index rows = blocks.size() == 0 ? 0 : static_cast<Index>(blocks.begin()->size());
  const Index width = rows == 0 ? 0 : static_cast<Index>(blocks.begin()->begin()->size());
  for (const auto& block : blocks) {
    if (static_cast<Index>(block.size()) != rows) inhomogeneous({n});
  }
  std::vector<real> out;
  for (const auto& block : blocks) {
    for (const auto& row : block) {
      if (static_cast<Index>(row.size()) != width) inhomogeneous({n, rows});
      for (const double x : row) out.push_back(static_cast<real>(x));
    }
  }
  *this = Array(rows == 0 ? Shape{n, 0} : Shape{n, rows, width}, std::move(out));
}

Array Array::filled(Shape shape, real value) {
  const Index n = checked_values(shape);
  return Array(std::move(shape), std::vector<real>(count(n), value));
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): a moved shape costs nothing, and most callers have one to move
Array::Array(Shape shape, std::vector<real> values) {
  // As np.array(values).reshape(shape), but without an unknown size: a shape is given to be checked.
  const Index size = static_cast<Index>(values.size());
  if (!shape.known()) fail(Code::shape, "an array needs sizes that are known, not " + shape.text());
  shape_ = filled_in(shape, size);
  origin_ = shape_;
  values_ = std::move(values);
}

Index Array::offset(std::initializer_list<Index> index) const {
  const Index rank = ndim(), given = static_cast<Index>(index.size());
  if (given > rank) {
    fail(Code::shape, "too many indices for array: array is " + std::to_string(rank) + "-dimensional, but " +
                          std::to_string(given) + " were indexed");
  }
  if (given < rank) {
    fail(Code::shape, "too few indices for one element: array is " + std::to_string(rank) + "-dimensional, but " +
                          std::to_string(given) + " were indexed");
  }
  Index at = 0, axis = 0;
  for (const Index i : index) {
    const Index size = shape_[axis];
    at = at * size + index_of(i, axis, size);
    ++axis;
  }
  return at;
}

Array Array::operator[](Index i) const {
  if (ndim() == 0) fail(Code::shape, "too many indices for array: array is 0-dimensional, but 1 were indexed");
  const Index at = index_of(i, 0, shape_[0]);
  const Shape rest = shape_.without_first();
  const std::size_t n = count(rest.elements());
  const auto first = values_.begin() + static_cast<std::ptrdiff_t>(count(at) * n);
  Array out(rest, std::vector<real>(first, first + static_cast<std::ptrdiff_t>(n)));
  if (!axes_.empty()) out.axes_ = names_or_none({axes_.begin() + 1, axes_.end()});
  return out;
}

Array Array::reshape(const Shape& shape) const& { return Array(*this).reshape(shape); }

Array Array::reshape(const Shape& shape) && {
  Shape out = filled_in(shape, size());
  axes_ = reshaped_names(shape_, axes_, out);
  shape_ = std::move(out);
  return std::move(*this);
}

Array Array::transpose(std::vector<Index> axes) const {
  const Index rank = ndim();
  if (axes.empty()) {
    axes.resize(count(rank));
    std::iota(axes.rbegin(), axes.rend(), Index(0));
  }
  if (static_cast<Index>(axes.size()) != rank) fail(Code::shape, "axes don't match array");
  std::set<Index> seen;
  for (Index& axis : axes) {
    axis = axis_of(axis, rank);
    if (!seen.insert(axis).second) fail(Code::shape, "repeated axis in transpose");
  }

  std::vector<Index> strides(axes.size());  // in the source, of each new axis
  Shape shape;
  AxisNames names;
  for (std::size_t k = 0; k < axes.size(); ++k) {
    shape.push_back(shape_[axes[k]]);
    strides[k] = size() == 0 ? 0 : product(shape_, axes[k] + 1, rank);
    if (!axes_.empty()) names.push_back(axes_[count(axes[k])]);
  }
  std::vector<real> out(values_.size());
  std::vector<Index> index(axes.size(), 0);
  Index from = 0;
  for (real& value : out) {
    value = values_[count(from)];
    for (std::size_t k = axes.size(); k-- > 0;) {  // the next element of the result, in C order
      from += strides[k];
      if (++index[k] < shape.sizes()[k]) break;
      from -= strides[k] * index[k];
      index[k] = 0;
    }
  }
  Array result(std::move(shape), std::move(out));
  result.axes_ = std::move(names);
  return result;
}

Array Array::slice(Index axis, std::optional<Index> start, std::optional<Index> stop, Index step) const {
  axis = axis_of(axis, ndim());
  if (step == 0) fail(Code::shape, "slice step cannot be zero");
  const Index size = shape_[axis];
  // Python's rules: from the end when negative, then cut to what exists.
  const Index low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
  const auto bound = [&](std::optional<Index> at, Index absent) {
    if (!at) return absent;
    return std::clamp(*at < 0 ? (*at < -size ? low : *at + size) : *at, low, high);
  };
  const Index first = bound(start, step > 0 ? low : high), last = bound(stop, step > 0 ? high : low);
  Index n = 0;
  if (step > 0 && last > first) n = (last - first - 1) / step + 1;
  if (step < 0 && first > last)
    n = static_cast<Index>((static_cast<std::uint64_t>(first - last) - 1) / (~static_cast<std::uint64_t>(step) + 1)) + 1;

  Shape shape = shape_;
  shape[axis] = n;
  const Index inner = product(shape_, axis + 1, ndim()), outer = product(shape_, 0, axis);
  std::vector<real> out;
  out.reserve(count(shape.elements()));
  for (Index o = 0; o < outer; ++o) {
    for (Index k = 0; k < n; ++k) {
      const auto from = values_.begin() + static_cast<std::ptrdiff_t>((o * size + first + k * step) * inner);
      out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(inner));
    }
  }
  Array result(std::move(shape), std::move(out));
  result.axes_ = axes_;
  return result;
}

Array Array::named(AxisNames names) const& { return Array(*this).named(std::move(names)); }

Array Array::named(AxisNames names) && {
  if (static_cast<Index>(names.size()) != ndim()) {
    fail(Code::shape, "an array of shape " + shape_.text() + " has " + std::to_string(ndim()) + " axes, but " +
                          std::to_string(names.size()) + " names were given");
  }
  axes_ = names_or_none(std::move(names));
  return std::move(*this);
}

Array concatenate(std::span<const Array> arrays, Index axis) {
  if (arrays.empty()) fail(Code::shape, "need at least one array to concatenate");
  const Shape& first = arrays[0].shape();
  if (first.empty()) fail(Code::shape, "zero-dimensional arrays cannot be concatenated");
  axis = axis_of(axis, first.rank());
  Shape shape = first;
  AxisNames names = arrays[0].axes();
  for (std::size_t k = 1; k < arrays.size(); ++k) {
    const Shape& other = arrays[k].shape();
    if (other.rank() != first.rank()) {
      fail(Code::shape, "all the input arrays must have same number of dimensions, but the array at index 0 has " +
                            std::to_string(first.rank()) + " dimension(s) and the array at index " + std::to_string(k) +
                            " has " + std::to_string(other.rank()) + " dimension(s)");
    }
    for (Index a = 0; a < first.rank(); ++a) {
      if (a == axis || other[a] == first[a]) continue;
      fail(Code::shape,
           "all the input array dimensions except for the concatenation axis must match exactly, but along dimension " +
               std::to_string(a) + ", the array at index 0 has size " + std::to_string(first[a]) + " and the array at index " +
               std::to_string(k) + " has size " + std::to_string(other[a]));
    }
    shape[axis] = checked_add(shape[axis], other[axis]);
    names = agreed_names(names, arrays[k].axes());
  }
  std::vector<real> out;
  out.reserve(count(checked_values(shape)));
  const Index outer = product(first, 0, axis);
  for (Index o = 0; o < outer; ++o) {
    for (const Array& array : arrays) {
      const Index block = product(array.shape(), axis, array.ndim());
      const auto part = array.values().subspan(count(o * block), count(block));
      out.insert(out.end(), part.begin(), part.end());
    }
  }
  Array result(std::move(shape), std::move(out));
  return names.empty() ? result : std::move(result).named(std::move(names));
}

Array stack(std::span<const Array> arrays, Index axis) {
  if (arrays.empty()) fail(Code::shape, "need at least one array to stack");
  const Shape& first = arrays[0].shape();
  AxisNames names = arrays[0].axes();
  for (const Array& array : arrays) {
    if (array.shape() != first) fail(Code::shape, "all input arrays must have the same shape");
    names = agreed_names(names, array.axes());
  }
  axis = axis_of(axis, first.rank() + 1);
  const auto widened = [axis](std::vector<Index> sizes) {
    sizes.insert(sizes.begin() + axis, 1);
    return Shape(std::move(sizes));
  };
  std::vector<Array> parts;
  parts.reserve(arrays.size());
  for (const Array& array : arrays) parts.push_back(array.reshape(widened(array.shape().sizes())));
  Array result = concatenate(parts, axis);
  if (!names.empty()) {
    names.insert(names.begin() + axis, "");
    result = std::move(result).named(std::move(names));
  }
  return result;
}

}  // namespace rondo
