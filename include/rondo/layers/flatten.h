// Flatten: all axes of a sample as one row.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

struct FlattenOptions {
  std::string data_format = "channels_last";  // "channels_first": axis 1 becomes the last before flattening
  Shape input_shape = {};                     // without samples
  std::string name = {};
};

// (samples, a, b, ...) -> (samples, a b ...); (samples) -> (samples, 1). A mask cannot pass: a build error, unless the model
// has keras_mask_compat.
class Flatten : public LayerRef {
 public:
  explicit Flatten(const FlattenOptions& options = {});
};

}  // namespace rondo
