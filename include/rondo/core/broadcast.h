// broadcast_to: an array repeated along axes it has once. Nothing broadcasts in Rondo unless it is asked for here: targets, and
// weights of samples, must have the shape they are for.
#pragma once

#include "rondo/core/array.h"

namespace rondo {

// As NumPy's broadcast_to: sizes are compared from the last axis on; a size of 1, or an axis that `array` has not, is repeated.
// The copy owns its values. Throws Error(shape) for sizes that do not fit, Error(memory) for more values than memory holds.
Array broadcast_to(const Array& array, const Shape& shape);

}  // namespace rondo
