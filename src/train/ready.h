// What must be true before training or evaluating.
#pragma once

#include "model/model_state.h"

namespace rondo {

// Throws Error(state) with the line to type. call: "fit".
void require_compiled(const ModelState& model, const char* call);
// Throws Error(unsupported) if there are metrics and several outputs: which metric is of which output could not be said.
void require_one_output(const ModelState& model);

}  // namespace rondo
