// ActivityRegularization: what passes through it adds to the loss.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

struct ActivityRegularizationOptions {
  double l1 = 0.0;
  double l2 = 0.0;
  Shape input_shape = {};  // without samples
  std::string name = {};
};

// y = x; the loss grows by (l1 sum |x| + l2 sum x^2) / samples. Any shape; a mask passes.
class ActivityRegularization : public LayerRef {
 public:
  explicit ActivityRegularization(const ActivityRegularizationOptions& options = {});
};

}  // namespace rondo
