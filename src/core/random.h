// Counter-based random numbers (Philox 4x32-10, Salmon et al. 2011): a draw is a function of (key, counter) alone, so it does
// not know how many threads there are, and resuming needs only the counters.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "rondo/core/types.h"

namespace rondo {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) noexcept;

// FNV-1a: a number for a name, the same on every machine.
constexpr std::uint64_t hash_of(std::string_view name) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

// A sequence of draws: number i of stream `stream` under `seed`.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}
  double uniform(std::uint64_t i) const noexcept;                        // in [0, 1)
  double normal(std::uint64_t i) const noexcept;                         // mean 0, standard deviation 1
  std::uint64_t below(std::uint64_t i, std::uint64_t n) const noexcept;  // 0 .. n-1, unbiased enough for n < 2^32

 private:
  std::uint64_t seed_, stream_;
};

}  // namespace rondo
