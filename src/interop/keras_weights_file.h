// A whole model.weights.h5.
#pragma once

#include <cstddef>
#include <vector>

#include "rondo/model/model.h"

namespace rondo::interop {

// The weights of a built model and, if it is compiled and `optimizer` says so, the optimizer's variables.
std::vector<std::byte> write_weights(const Model& model, bool optimizer);

}  // namespace rondo::interop
