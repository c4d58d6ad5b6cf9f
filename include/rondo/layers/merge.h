// Add and its company: several tensors into one, value by value.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

struct MergeOptions {
  std::string name = {};
};

// In: one tensor or more, of shapes that broadcast: sizes are equal or 1 (samples excepted), and a tensor with fewer axes gets
// axes of size 1 after samples. Throws Error(shape) otherwise.
//
//   SymbolicTensor y = Add()({a, b});
//
// Masks as in Keras: if every input has one, a step of the output counts if it does in any input; where some inputs have no
// mask Keras drops the others', which is a build error here unless the model has keras_mask_compat.
class Add : public LayerRef {
 public:
  explicit Add(const MergeOptions& options = {});
};

}  // namespace rondo
