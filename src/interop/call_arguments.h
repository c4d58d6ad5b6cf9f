// Options that Keras takes when a layer is called, not when it is made: in its files they stand beside the call's tensors.
#pragma once

#include <string_view>

#include "rondo/layers/layer.h"

namespace rondo::interop {

bool is_call_argument(std::string_view key);
// Sets the layer's option; false if it has none of this name.
bool set_call_argument(Layer& layer, std::string_view key, bool value);

}  // namespace rondo::interop
