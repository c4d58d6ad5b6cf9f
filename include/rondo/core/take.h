// take: some samples of an array, by their numbers: what a split by subject, or a shuffled one, needs.
#pragma once

#include <vector>

#include "rondo/core/array.h"

namespace rondo {

// array[ids] along one axis, as numpy.take: the elements of these numbers, in this order, each as often as it is named;
// negative ones count from the end. Axis names stay. Throws Error(shape) in NumPy's words for a number or an axis out of range.
Array take(const Array& array, const std::vector<Index>& ids, Index axis = 0);

}  // namespace rondo
