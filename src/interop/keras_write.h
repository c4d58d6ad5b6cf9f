// A model -> config.json, so that every Keras from 3.3 on rebuilds it: only options that differ from Keras's defaults are
// written (newer Keras adds options that older ones refuse), and calls as Keras 3 writes them.
#pragma once

#include "interop/json.h"
#include "rondo/model/model.h"

namespace rondo {
class ModelLayer;
}

namespace rondo::interop {

Json write_architecture(const Model& model);
// The same for a model inside another, under the name it has there. listed: a single input or output is a list of one, which
// every Keras reads; but what Keras 3.15 makes of such a list suits neither Sequential nor TimeDistributed, and Keras
// before 3.9 reads no other.
Json write_model_layer(const ModelLayer& layer, bool listed);

}  // namespace rondo::interop
