// What must be true before training or evaluating.
#pragma once

#include "model/model_state.h"

namespace rondo {

// Throws Error(state) with the line to type. call: "fit".
void require_compiled(const ModelState& model, const char* call);
// Lists what is trained now. Sessions kept from before a layer's `trainable` changed hold other gradients: they are dropped.
void list_trainable(ModelState& model);

}  // namespace rondo
