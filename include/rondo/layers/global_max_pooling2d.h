// GlobalMaxPooling2D: the largest value of every channel of an image.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct GlobalMaxPooling2DOptions {
  std::string data_format = "channels_last";  // or "channels_first": (samples, channels, rows, columns)
  bool keepdims = false;                      // (samples, 1, 1, channels) instead of (samples, channels)
  Shape input_shape = {};                     // rows, columns, channels
  std::string name = {};
};

// (samples, rows, columns, channels) -> (samples, channels). It cannot pass a mask on.
// Throws Error(shape) for other than 4 axes.
class GlobalMaxPooling2D : public LayerRef {
 public:
  explicit GlobalMaxPooling2D(const GlobalMaxPooling2DOptions& options = {});
};

}  // namespace rondo
