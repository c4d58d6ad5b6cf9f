// Where probabilities are clipped: at 1e-7 and 1 - 1e-7 in the network's own numbers, as in Keras. In float32 the second is
// 1 - 1.19e-7, so a sure mistake costs 15.94, not 16.12.
#pragma once

#include "rondo/core/types.h"

namespace rondo {

inline constexpr double least_probability = static_cast<double>(static_cast<real>(1e-7));
inline constexpr double most_probability = static_cast<double>(real(1) - static_cast<real>(1e-7));

}  // namespace rondo
