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

// `listed` is called once with all layers, each with its place ("layers/lstm"), before the first of them is built.
using Listed = std::function<void(const std::vector<std::pair<LayerRef, std::string>>&)>;
ReadModel read_architecture(const Json& config, std::vector<std::string>& notes, const Listed& listed);

}  // namespace rondo::interop
