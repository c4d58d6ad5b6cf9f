// Masking: marks the time steps that are padding, so that the layers after it pass over them.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

// mask(t) = any over features of x(t) != mask_value;  y(t) = x(t) where the mask keeps t, 0 elsewhere
//
// In: (samples, time steps, features), or any shape whose last axis is features. Out: the same shape, with a mask that replaces
// an incoming one, as in Keras. A NaN in padding whose other features equal mask_value is not equal to it: such a step counts
// as data. NaN as mask_value is refused: nothing equals NaN, so nothing would ever be masked. Whoever wants that, as Keras does
// it in silence, says nan_masks_nothing. Throws Error(value).
struct MaskingOptions {
  double mask_value = 0.0;
  bool nan_masks_nothing = false;  // allows mask_value = NAN
  Shape input_shape = {};
  std::string name = {};
};

class Masking : public LayerRef {
 public:
  explicit Masking(const MaskingOptions& options = {});
  explicit Masking(double mask_value) : Masking(MaskingOptions{.mask_value = mask_value}) {}
};

}  // namespace rondo
