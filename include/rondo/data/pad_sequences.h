// pad_sequences: lists of different lengths made one array, as keras.utils.pad_sequences does it. For Masking and
// Embedding(mask_zero); where a network takes Sequences, nothing needs padding.
//
//     pad_sequences({{7, 3}, {5, 1, 4}})                          [[0 7 3] [5 1 4]]
//     pad_sequences({{7, 3}, {5, 1, 4}}, {.maxlen = 2})           [[7 3] [1 4]]
//     pad_sequences({{7, 3}, {5, 1, 4}}, {.padding = "post"})     [[7 3 0] [5 1 4]]
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rondo/core/array.h"
#include "rondo/data/sequences.h"

namespace rondo {

// In Keras's order. dtype is not Keras's default: "int32" makes fractions whole numbers towards 0, and [0.1, 0.5] zeros that a
// Masking takes for padding. Whoever wants that says so.
struct PadOptions {
  std::optional<Index> maxlen = {};  // time steps; not given: those of the longest
  std::string dtype = "float32";     // or "int32"
  std::string padding = "pre";       // where `value` goes: "pre", before what there is, or "post", behind it
  std::string truncating = "pre";    // which end of a list longer than maxlen is left out
  real value = 0;
};

// (samples, time steps). An empty list is a row of `value`. Throws Error(value) for no lists, for lists that are all empty
// without a maxlen, for options out of range, and for numbers that dtype = "int32" cannot hold.
Array pad_sequences(const std::vector<std::vector<real>>& sequences, const PadOptions& options = {});
// (samples, time steps, features)
Array pad_sequences(const Sequences& sequences, const PadOptions& options = {});

}  // namespace rondo
