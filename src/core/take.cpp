#include "rondo/core/take.h"

#include <algorithm>

#include "rondo/core/error.h"

namespace rondo {

Array take(const Array& array, const std::vector<Index>& ids, Index axis) {
  const Index rank = array.ndim();
  if (axis < -rank || axis >= rank)
    fail(Code::shape, "axis " + std::to_string(axis) + " is out of bounds for array of dimension " + std::to_string(rank));
  if (axis < 0) axis += rank;
  Shape shape = array.shape();
  const Index size = shape[axis];
  Index before = 1, after = 1;
  for (Index a = 0; a < axis; ++a) before *= shape[a];
  for (Index a = axis + 1; a < rank; ++a) after *= shape[a];
  shape[axis] = static_cast<Index>(ids.size());
  Array out(shape);
  real* to = out.data();
  for (Index b = 0; b < before; ++b) {
    for (const Index id : ids) {
      if (id < -size || id >= size)
        fail(Code::shape, "index " + std::to_string(id) + " is out of bounds for axis " + std::to_string(axis) + " with size " +
                              std::to_string(size));
      to = std::copy_n(array.data() + (b * size + (id < 0 ? id + size : id)) * after, after, to);
    }
  }
  return array.axes().empty() ? out : std::move(out).named(array.axes());
}

}  // namespace rondo
