// Does a model answer what a framing asks?
#pragma once

#include <vector>

#include "rondo/core/array.h"
#include "rondo/data/frame.h"

namespace rondo {

// Throws Error(shape), saying how the model must end, unless `answer` is horizon * targets numbers for each of `samples`.
void check_answer(const std::vector<Array>& answer, const Framing& framing, Index samples);

}  // namespace rondo
