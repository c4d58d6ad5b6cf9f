#include "initializers/base/distributions.h"

#include <cmath>

namespace rondo {

void fill_uniform(const Random& random, double low, double high, Index n, real* out) {
  for (Index i = 0; i < n; ++i) out[i] = static_cast<real>(low + (high - low) * random.uniform(static_cast<std::uint64_t>(i)));
}

void fill_normal(const Random& random, double mean, double stddev, Index n, real* out) {
  for (Index i = 0; i < n; ++i) out[i] = static_cast<real>(mean + stddev * random.normal(static_cast<std::uint64_t>(i)));
}

void fill_truncated_normal(const Random& random, double mean, double stddev, Index n, real* out) {
  for (Index i = 0; i < n; ++i) {
    // The tries of number i have draws of their own, so that no number's value depends on another's tries.
    double z = 3;
    for (std::uint64_t attempt = 0; std::abs(z) > 2; ++attempt)
      z = random.normal(attempt << 48 | static_cast<std::uint64_t>(i));
    out[i] = static_cast<real>(mean + stddev * z);
  }
}

}  // namespace rondo
