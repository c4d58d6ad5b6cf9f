// Keras's argument seed, one way for all layers: None, or a whole number, negative ones too (Keras on TensorFlow takes them; on
// JAX it takes 0 to 2^32 - 1 alone), up to 2^53 either way, so that a file's number is the number meant.
#pragma once

#include <optional>
#include <string>

#include "rondo/core/config.h"
#include "rondo/layers/layer.h"

namespace rondo {

// In a config. Throws Error(value) for a number that is no seed, as require_seed does.
void describe_seed(ConfigVisitor& visitor, const std::string& class_name, std::optional<Index>& seed);
void require_seed(const Layer& layer, const std::optional<Index>& seed);
// What keys the draws: another number for every seed, and 0 for none.
constexpr std::uint64_t seed_key(const std::optional<Index>& seed) noexcept {
  const Index n = seed.value_or(0);
  if (!seed) return 0;
  return n == 0 ? std::uint64_t{1} << 63 : static_cast<std::uint64_t>(n);  // -1, -2, ... count down from 2^64
}

}  // namespace rondo
