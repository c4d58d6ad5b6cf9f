// How update loops are written so that compilers turn them into vector code at -O2: a fixed number of elements at a time, in a
// function whose pointer arguments are __restrict. Every element goes through the same operations whether it lies in a block or
// in the rest, so results do not depend on the block.
#pragma once

#include <type_traits>

#include "rondo/core/types.h"

namespace rondo {

inline constexpr Index update_block = 16;

// step(first, count) with count == update_block as long as it fits, then 1 at a time.
template <class Step>
inline void in_blocks(Index n, const Step& step) noexcept {
  Index i = 0;
  for (; i + update_block <= n; i += update_block) step(i, std::integral_constant<Index, update_block>{});
  for (; i < n; ++i) step(i, std::integral_constant<Index, 1>{});
}

}  // namespace rondo
