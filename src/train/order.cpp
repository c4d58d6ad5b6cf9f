#include "train/order.h"

#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "core/random.h"
#include "rondo/core/error.h"

namespace rondo {

Index training_samples(Index samples, double split) {
  if (!(split >= 0 && split < 1)) fail(Code::value, "validation_split must be at least 0 and below 1");
  if (split == 0) return samples;
  const Index left = static_cast<Index>(std::floor(static_cast<double>(samples) * (1.0 - split)));
  if (left == 0 || left == samples) {
    fail(Code::value, "validation_split leaves " + std::to_string(left) + " of " + std::to_string(samples) +
                          " samples for training and " + std::to_string(samples - left) +
                          " for validation; both need at least one.\n  fix: more samples, or another validation_split");
  }
  return left;
}

void shuffle(std::span<Index> order, std::uint64_t seed, Index epoch) noexcept {
  std::iota(order.begin(), order.end(), Index{0});
  const Random random(seed, static_cast<std::uint64_t>(epoch));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i, i)]);
}

}  // namespace rondo
