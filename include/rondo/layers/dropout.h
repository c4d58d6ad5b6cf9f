// Dropout: in training, some values become 0 and the others grow to make up for it.
#pragma once

#include <optional>

#include "rondo/layers/layer.h"

namespace rondo {

// rate: the share that becomes 0, from 0 to 1. noise_shape: what is dropped together, one size an axis, samples included: None
// is the size of the input, 1 one draw for the whole axis ({None, 1, None}: the same features in all time steps).
// seed: Keras's, any whole number from -2^53 to 2^53; draws depend on it, on fit's seed, the step, the layer's name and the
// sample, never on threads or shards.
struct DropoutOptions {
  std::vector<Index> noise_shape = {};  // empty: every value by itself
  std::optional<Index> seed = {};
  Shape input_shape = {};  // without samples
  std::string name = {};
};

// Input and output of one shape; masks pass. In inference the output is the input.
// Throws Error(value) for a rate outside [0, 1], Error(shape) if noise_shape does not suit the input.
class Dropout : public LayerRef {
 public:
  explicit Dropout(double rate, const DropoutOptions& options = {});
};

}  // namespace rondo
