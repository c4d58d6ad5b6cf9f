// to_categorical: numbers of classes made rows of zeros and a one, as keras.utils.to_categorical does it; what
// categorical_crossentropy compares. (sparse_categorical_crossentropy takes the numbers themselves.)
//
//     to_categorical({0, 2, 1})                         [[1 0 0] [0 0 1] [0 1 0]]
//     to_categorical({0, 1}, {.num_classes = 3})        [[1 0 0] [0 1 0]]
#pragma once

#include <optional>

#include "rondo/core/array.h"

namespace rondo {

struct ToCategoricalOptions {
  std::optional<Index> num_classes = {};  // not given: the largest number and one
};

// (...) or (..., 1) -> (..., classes). Throws Error(value) for what is no class from 0 on: Keras cuts fractions off and counts
// negative numbers from the last class; for one of num_classes or more; for no numbers without num_classes.
Array to_categorical(const Array& x, const ToCategoricalOptions& options = {});

}  // namespace rondo
