// Pooling over time steps: (samples, time steps, features) -> fewer steps, or none.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

struct PoolingOptions {
  std::vector<Index> strides = {};            // one number; empty: pool_size
  std::string padding = "valid";              // or "same"
  std::string data_format = "channels_last";  // or "channels_first": (samples, features, time steps)
  Shape input_shape = {};                     // without samples
  std::string name = {};
};

// The largest value of every feature in each window of pool_size time steps. A mask cannot pass.
class MaxPooling1D : public LayerRef {
 public:
  explicit MaxPooling1D(Index pool_size = 2, const PoolingOptions& options = {});
};

// The mean in each window; padding takes no part in it.
class AveragePooling1D : public LayerRef {
 public:
  explicit AveragePooling1D(Index pool_size, const PoolingOptions& options = {});
};

struct GlobalPoolingOptions {
  std::string data_format = "channels_last";  // or "channels_first": (samples, features, time steps)
  bool keepdims = false;                      // (samples, 1, features) instead of (samples, features)
  Shape input_shape = {};
  std::string name = {};
};

// The largest value of every feature in the sequence; time steps that share it share its gradient. Keras loses a mask here,
// which is a build error unless the model has keras_mask_compat.
class GlobalMaxPooling1D : public LayerRef {
 public:
  explicit GlobalMaxPooling1D(const GlobalPoolingOptions& options = {});
};

// The mean of the steps the mask keeps; 0 where it keeps none. With channels_first a mask cannot pass: it counts features.
class GlobalAveragePooling1D : public LayerRef {
 public:
  explicit GlobalAveragePooling1D(const GlobalPoolingOptions& options = {});
};

}  // namespace rondo
