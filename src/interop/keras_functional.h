// A Functional model of a config, and what it and a Sequential one are both read with.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "interop/keras_read.h"

namespace rondo::interop {

constexpr std::size_t max_calls = 4096;  // of layers, in one model

// Layers, and where each lies in the weights file.
using Placed = std::vector<std::pair<LayerRef, std::string>>;

std::string model_name(const Json& config);
// The model's "layers". Throws Error(unsupported) for more than max_calls.
const Json& layer_list(const Json& config, const std::string& where);

// folder: where the model's own layers lie, "" or "layers/functional/".
ReadModel read_functional(const Json& object, std::vector<std::string>& notes, bool explicit_masks, const Listed& listed,
                          const std::string& folder);

}  // namespace rondo::interop
