// config.json -> a model whose layers have names and places in the weights file.
#pragma once

#include <string>
#include <vector>

#include "interop/config.h"
#include "interop/json.h"
#include "rondo/model/model.h"

namespace rondo::interop {

struct ReadModel {
  Model model;
  std::vector<LayerRef> layers;  // in the file's order, each once
};

// explicit_masks: the file is Keras's own. Keras gives a call with separate initial states no mask unless the call says so.
ReadModel read_architecture(const Json& config, std::vector<std::string>& notes, bool explicit_masks, const Listed& listed);
// An InputLayer's config -> the tensor that comes in.
SymbolicTensor read_input(const Json& object);
// A model inside a model.
LayerRef read_model_layer(const Json& object, std::vector<std::string>& notes, const Place& place);

}  // namespace rondo::interop
