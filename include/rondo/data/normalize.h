// normalize: each vector along an axis divided by its norm, as keras.utils.normalize does it.
//
//     normalize({{3, 4}, {0, 0}})                       [[0.6 0.8] [0 0]]
//     normalize({{3, 4}, {0, 0}}, {.order = 1})         [[0.4286 0.5714] [0 0]]
#pragma once

#include "rondo/core/array.h"

namespace rondo {

struct NormalizeOptions {
  Index axis = -1;
  double order =
      2;  // of the norm, as NumPy's: sum(|x|^order)^(1/order); infinity the largest, -infinity the smallest, 0 how many
};

// The same shape. A vector whose norm is 0 stays as it is. Axis 0 is the first one (Keras takes it for the last in half of the
// work, and refuses or gives other numbers). Throws Error(shape) for an axis that is none, Error(value) for a NaN as order.
Array normalize(const Array& x, const NormalizeOptions& options = {});

}  // namespace rondo
