// Reshape, Permute and RepeatVector: the same values in other axes.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

struct ReshapeOptions {
  Shape input_shape = {};  // without samples
  std::string name = {};
};

// (samples, ...) -> (samples, target_shape...) in C order; one size may be -1 and is then worked out.
// Throws Error(shape) if the numbers of values differ. A mask cannot pass: a build error, unless the model has
// keras_mask_compat.
class Reshape : public LayerRef {
 public:
  explicit Reshape(const std::vector<Index>& target_shape, const ReshapeOptions& options = {});
};

// Axis i of the output is axis dims[i - 1] of the input, counted from 1 (samples stay): Permute({2, 1}) swaps time steps and
// features. Throws Error(value) unless dims are 1 ... n in some order. A mask cannot pass.
class Permute : public LayerRef {
 public:
  explicit Permute(const std::vector<Index>& dims, const ReshapeOptions& options = {});
};

// (samples, features) -> (samples, n, features), the same row in every time step: between an encoder and a decoder.
class RepeatVector : public LayerRef {
 public:
  explicit RepeatVector(Index n, const ReshapeOptions& options = {});
};

}  // namespace rondo
