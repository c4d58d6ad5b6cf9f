// config.json -> a model whose layers have names and places in the weights file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "interop/json.h"
#include "rondo/model/model.h"

namespace rondo::interop {

struct ReadModel {
  Model model;
  std::vector<LayerRef> layers;  // in the file's order, each once
};

// explicit_masks: the file is Keras's own. Keras gives a call with separate initial states no mask unless the call says so.
// `listed` is called once with all layers, each with its place ("layers/lstm"), before the first of them is built.
using Listed = std::function<void(const std::vector<std::pair<LayerRef, std::string>>&)>;
ReadModel read_architecture(const Json& config, std::vector<std::string>& notes, bool explicit_masks, const Listed& listed);

}  // namespace rondo::interop
