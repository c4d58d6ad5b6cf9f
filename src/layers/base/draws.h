// The random draws of a layer in training: number i of one sample, whatever thread or shard the sample is in.
#pragma once

#include <array>
#include <string_view>

#include "core/random.h"
#include "layers/base/seed.h"
#include "rondo/layers/plan.h"

namespace rondo {

class Draws {
 public:
  // name: of the layer; own_seed: Keras's argument seed. Run's seed knows fit's seed, the step and the call.
  Draws(const Run& run, std::string_view name, const std::optional<Index>& own_seed) noexcept {
    const std::uint64_t mixed = hash_of(name), seed = seed_key(own_seed);
    const auto word =
        philox({low(mixed), high(mixed), low(seed), high(seed)}, {low(run.context().seed), high(run.context().seed)});
    key_ = {word[0], word[1]};
  }
  // Draws 4 i ... 4 i + 3 of this row of the batch (Run::row_number), 32 random bits each.
  std::array<std::uint32_t, 4> four(std::uint64_t row, std::uint64_t i) const noexcept {
    return philox({low(i), high(i), low(row), high(row)}, key_);
  }

 private:
  static std::uint32_t low(std::uint64_t v) noexcept { return static_cast<std::uint32_t>(v); }
  static std::uint32_t high(std::uint64_t v) noexcept { return static_cast<std::uint32_t>(v >> 32); }
  std::array<std::uint32_t, 2> key_{};
};

}  // namespace rondo
