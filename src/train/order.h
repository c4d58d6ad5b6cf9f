// Which samples are validated on, and the order of the others.
#pragma once

#include <cstdint>
#include <span>

#include "rondo/core/types.h"

namespace rondo {

// The samples left for training: floor(samples (1 - split)), as Keras; the rest, the last ones, are for validation.
// Throws Error(value) if split is not in [0, 1) or one of the two would be empty.
Index training_samples(Index samples, double split);

// 0, 1, ... in an order that is a function of (seed, epoch) alone (Fisher and Yates).
void shuffle(std::span<Index> order, std::uint64_t seed, Index epoch) noexcept;

}  // namespace rondo
