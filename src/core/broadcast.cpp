#include "rondo/core/broadcast.h"

#include "core/memory.h"
#include "rondo/core/error.h"

namespace rondo {

Array broadcast_to(const Array& array, const Shape& shape) {
  const Shape& from = array.shape();
  const Index extra = shape.rank() - from.rank();
  bool fits = extra >= 0 && shape.known();
  for (Index i = 0; fits && i < from.rank(); ++i) fits = from[i] == 1 || from[i] == shape[i + extra];
  if (!fits)
    fail(Code::shape, "cannot broadcast an array of shape " + from.text() + " to " + shape.text() +
                          ": from the last axis on every size must be equal or 1");
  check_memory(checked_mul(shape.elements(), static_cast<Index>(sizeof(real))), "broadcast_to");
  Array out(shape);
  std::vector<Index> at(static_cast<std::size_t>(shape.rank()), 0);
  for (Index i = 0; i < out.size(); ++i) {
    Index place = 0;
    for (Index axis = 0; axis < from.rank(); ++axis)
      place = place * from[axis] + (from[axis] == 1 ? 0 : at[static_cast<std::size_t>(axis + extra)]);
    out.data()[i] = array.data()[place];
    for (Index axis = shape.rank(); axis-- > 0;) {
      if (++at[static_cast<std::size_t>(axis)] < shape[axis]) break;
      at[static_cast<std::size_t>(axis)] = 0;
    }
  }
  return out;
}

}  // namespace rondo
