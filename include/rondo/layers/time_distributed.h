// TimeDistributed: one layer applied to every time step.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

struct TimeDistributedOptions {
  Shape input_shape = {};  // without samples
  std::string name = {};
};

// Input (samples, time steps, ...), at least three axes. The layer sees (samples * time steps, ...), the same memory, and its
// output (samples * time steps, ...) comes out as (samples, time steps, ...). The mask is passed on; the layer sees which of
// its samples are padding.
//
// A TimeDistributed in a TimeDistributed is written TimeDistributed(LayerRef(TimeDistributed(...))): without LayerRef C++ takes
// it for a copy.
class TimeDistributed : public LayerRef {
 public:
  explicit TimeDistributed(const LayerRef& layer, TimeDistributedOptions options = {});
};

}  // namespace rondo
