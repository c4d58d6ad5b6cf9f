// What becomes of axis names. {} means that no axis has a name; "" that this one has none.
#pragma once

#include "rondo/core/array.h"

namespace rondo {

// {} if every name is empty.
AxisNames names_or_none(AxisNames names);

// Names on which both agree, axis by axis.
AxisNames agreed_names(const AxisNames& a, const AxisNames& b);

// An axis survives a reshape when its size and its place in C order survive: the same number of values before and after it.
// Axes of size 1 have no place of their own; those between two survivors keep their names if their number stays the same.
AxisNames reshaped_names(const Shape& from, const AxisNames& names, const Shape& to);

}  // namespace rondo
