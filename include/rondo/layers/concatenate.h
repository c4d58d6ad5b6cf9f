// Concatenate: several tensors side by side along one axis.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

// In: tensors of equal shape but for `axis`. Out: the same shape with the sum of their sizes along `axis` (counted with samples
// as axis 0, from the end when negative; samples themselves cannot be joined). Default: the last axis, features.
//
//   SymbolicTensor y = Concatenate()({a, b});
//
// Masks as in Keras: along features a time step is kept if any input keeps it; along time steps the masks lie end to end; an
// input without a mask keeps every step. Throws Error(shape) if the shapes differ elsewhere, Error(value) for axis 0.
struct ConcatenateOptions {
  Index axis = -1;
  std::string name = {};
};

class Concatenate : public LayerRef {
 public:
  explicit Concatenate(const ConcatenateOptions& options = {});
};

}  // namespace rondo
