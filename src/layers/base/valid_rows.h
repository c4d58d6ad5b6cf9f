// Rows of a port that count: what backward may read. Padding can hold anything, and 0 * NaN is NaN.
#pragma once

#include <algorithm>

#include "rondo/layers/plan.h"

namespace rondo {

// f(first, count) for every run of neighbouring rows (all axes but the last) that are not masked, in order.
template <class F>
void for_valid_rows(const Port& port, F f) {
  const Index rows = port.dims.rows();
  if (port.mask == nullptr) {
    if (rows > 0) f(Index{0}, rows);
    return;
  }
  const Index entries = port.mask_size(), each = entries == 0 ? 0 : rows / entries;
  for (Index i = 0; i < entries;) {
    const Index first = i;
    while (i < entries && port.mask[i] != 0) ++i;
    if (i > first && each > 0) f(first * each, (i - first) * each);
    while (i < entries && port.mask[i] == 0) ++i;
  }
}

}  // namespace rondo
