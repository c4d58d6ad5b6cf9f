// Philox 4x32-10: ten rounds of two 32x32-bit products, from Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
// as 1, 2, 3" (SC 2011). The key is the seed; the counter is (number of the draw, stream).
#include "core/random.h"

#include <cmath>
#include <numbers>

namespace rondo {

namespace {

// 53 random bits as a number in [0, 1).
double unit(std::uint32_t high, std::uint32_t low) noexcept {
  const std::uint64_t bits = (static_cast<std::uint64_t>(high) << 32 | low) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

std::array<std::uint32_t, 4> draw(std::uint64_t seed, std::uint64_t stream, std::uint64_t i) noexcept {
  return philox({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32), static_cast<std::uint32_t>(stream),
                 static_cast<std::uint32_t>(stream >> 32)},
                {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

double Random::uniform(std::uint64_t i) const noexcept {
  const auto word = draw(seed_, stream_, i);
  return unit(word[0], word[1]);
}

double Random::normal(std::uint64_t i) const noexcept {
  // Box and Muller's transform; 1 - u lies in (0, 1], so the logarithm is finite.
  const auto word = draw(seed_, stream_, i);
  const double radius = std::sqrt(-2.0 * std::log(1.0 - unit(word[0], word[1])));
  return radius * std::cos(2.0 * std::numbers::pi * unit(word[2], word[3]));
}

std::uint64_t Random::below(std::uint64_t i, std::uint64_t n) const noexcept {
  // floor(n * x / 2^64) for a random 64-bit x, by two 32-bit halves.
  const auto word = draw(seed_, stream_, i);
  if (n >> 32 != 0) return (static_cast<std::uint64_t>(word[0]) << 32 | word[1]) % n;
  return (word[0] * n + (word[1] * n >> 32)) >> 32;
}

}  // namespace rondo
