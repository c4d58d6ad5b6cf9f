// Noise in training: SpatialDropout1D and GaussianNoise. In inference the output is the input; masks pass.
#pragma once

#include <optional>

#include "rondo/layers/layer.h"

namespace rondo {

struct NoiseOptions {
  std::optional<Index> seed = {};  // as Dropout's
  Shape input_shape = {};          // without samples
  std::string name = {};
};

// Dropout of whole features: one draw for all time steps of (samples, time steps, features).
class SpatialDropout1D : public LayerRef {
 public:
  explicit SpatialDropout1D(double rate, const NoiseOptions& options = {});
};

// y = x + noise of mean 0 and standard deviation stddev, from 0 to 1 as in Keras.
class GaussianNoise : public LayerRef {
 public:
  explicit GaussianNoise(double stddev, const NoiseOptions& options = {});
};

}  // namespace rondo
