// GlobalAveragePooling2D: the mean of every channel of an image.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct GlobalAveragePooling2DOptions {
  std::string data_format = "channels_last";  // or "channels_first": (samples, channels, rows, columns)
  bool keepdims = false;                      // (samples, 1, 1, channels) instead of (samples, channels)
  Shape input_shape = {};                     // rows, columns, channels
  std::string name = {};
};

// (samples, rows, columns, channels) -> (samples, channels). It cannot pass a mask on.
// Throws Error(shape) for other than 4 axes.
class GlobalAveragePooling2D : public LayerRef {
 public:
  explicit GlobalAveragePooling2D(const GlobalAveragePooling2DOptions& options = {});
};

}  // namespace rondo
