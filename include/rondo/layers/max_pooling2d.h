// MaxPooling2D: the largest value of every window of an image.
#pragma once

#include "rondo/layers/layer.h"
#include "rondo/layers/size2d.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct MaxPooling2DOptions {
  Size2D strides = None;                      // None: those of pool_size, so that no windows overlap
  std::string padding = "valid";              // or "same": windows may hang over the edge; what is outside does not count
  std::string data_format = "channels_last";  // or "channels_first": (samples, channels, rows, columns)
  Shape input_shape = {};                     // rows, columns, channels
  std::string name = {};
};

// (samples, rows, columns, channels) -> (samples, rows', columns', channels), each channel on its own. It cannot pass a mask
// on. Throws Error(value) for sizes that are not positive; Error(shape) for other than 4 axes or an image smaller than the
// window.
class MaxPooling2D : public LayerRef {
 public:
  explicit MaxPooling2D(Size2D pool_size = 2, const MaxPooling2DOptions& options = {});
};

}  // namespace rondo
