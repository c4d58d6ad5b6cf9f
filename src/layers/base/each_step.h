// TimeDistributed from the inside: for models, which run it layer by layer.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

// The layer in a TimeDistributed; empty if `layer` is none.
LayerRef layer_of_each_step(const Layer& layer);
// `inner` over every time step, with as many inputs as it takes. A mask belongs to the rows inside the time steps: it flows as
// `inner` lets it flow.
LayerRef each_step(const LayerRef& inner, const Shapes& in, bool trainable);

}  // namespace rondo
