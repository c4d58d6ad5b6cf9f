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
// The same for a model inside another, under the name it has there.
Json write_model_layer(const ModelLayer& layer);

}  // namespace rondo::interop
