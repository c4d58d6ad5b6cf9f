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

// a - b: exactly two inputs.
class Subtract : public LayerRef {
 public:
  explicit Subtract(const MergeOptions& options = {});
};

// An input's masked step counts as 1; a step that every input masks gives 0.
class Multiply : public LayerRef {
 public:
  explicit Multiply(const MergeOptions& options = {});
};

class Average : public LayerRef {
 public:
  explicit Average(const MergeOptions& options = {});
};

// The largest or the smallest value, among the inputs whose mask keeps the step.
class Maximum : public LayerRef {
 public:
  explicit Maximum(const MergeOptions& options = {});
};

class Minimum : public LayerRef {
 public:
  explicit Minimum(const MergeOptions& options = {});
};

struct DotOptions {
  bool normalize = false;  // both inputs to length 1 along their axis first: the cosine
  std::string name = {};
};

// Sums the products of two inputs along one axis of each, sample by sample: (samples, a, K) and (samples, K, b) with axes {2,
// 1} give (samples, a, b); two rows give (samples, 1). axes: one number for both, or one each, samples being 0. Masks end here.
class Dot : public LayerRef {
 public:
  explicit Dot(const std::vector<Index>& axes, const DotOptions& options = {});
};

}  // namespace rondo
