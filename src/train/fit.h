// fit over samples of different lengths, for the public overloads.
#pragma once

#include "rondo/model/model.h"
#include "train/sequence_source.h"

namespace rondo {

// Throws Error(value) for a null pointer among them.
void check_callbacks(const Callbacks& callbacks);

// y: the targets as arrays, for class_weight; empty if they are sequences.
History fit_sequences(Model& model, const SequenceSource& source, const std::vector<Array>& y, const FitOptions& options);

}  // namespace rondo
