// Layers given as activation functions: LSTM(32, activation=keras.layers.ReLU()).
#pragma once

#include <string>

#include "interop/json.h"

namespace rondo::interop {

// The name of the function that the layer computes, "" if there is none.
std::string activation_of_layer(const Json& layer);

}  // namespace rondo::interop
