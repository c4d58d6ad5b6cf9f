// The number type of the network and the integer type of every size.
#pragma once

#include <cstdint>

namespace rondo {

// float32, as Keras. The gradient tests link a second build of the same sources with double
// (RONDO_DOUBLE): it tests equations, not speed.
#ifdef RONDO_DOUBLE
using real = double;
#else
using real = float;
#endif

using Index = std::int64_t;

// An axis whose size is not known yet: Input({None, 3}) takes sequences of any length.
inline constexpr Index None = -1;

}  // namespace rondo
