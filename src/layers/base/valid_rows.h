// Rows of a port that count in backward. Padding can hold anything, and 0 * NaN is NaN; but a masked row that something did
// read (a layer that lost the mask as Keras does, a penalty) has a gradient like any other.
#pragma once

#include <algorithm>

#include "rondo/layers/plan.h"

namespace rondo {

// Whether row r of `port` counts, `d` (rows of `width`) being the gradient of what became of it.
inline bool row_counts(const Port& port, Index each, const real* d, Index width, Index r) noexcept {
  return port.mask[r / each] != 0 || std::any_of(d + r * width, d + (r + 1) * width, [](real v) { return v != 0; });
}

// f(first, count) for every run of neighbouring rows (all axes but the last) that count, in order.
template <class F>
void for_rows_that_count(const Port& port, const real* d, Index width, F f) {
  const Index rows = port.dims.rows();
  if (port.mask == nullptr) {
    if (rows > 0) f(Index{0}, rows);
    return;
  }
  const Index entries = port.mask_size(), each = entries == 0 ? 0 : rows / entries;
  if (each == 0) return;
  for (Index r = 0; r < rows;) {
    const Index first = r;
    while (r < rows && row_counts(port, each, d, width, r)) ++r;
    if (r > first) f(first, r - first);
    while (r < rows && !row_counts(port, each, d, width, r)) ++r;
  }
}

}  // namespace rondo
