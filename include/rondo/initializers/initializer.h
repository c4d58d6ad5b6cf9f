// Initial weights: each is a function of (initializer, shape, seed, stream) alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rondo/core/config.h"
#include "rondo/core/shape.h"

namespace rondo {

// Fills out[shape.elements()] with the initial values of weight number `stream` of a model seeded by `seed`.
// Throws Error(unsupported) with did-you-mean for an unknown name.
void initialize(const Initializer& initializer, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out);
std::vector<std::string> initializer_names();

}  // namespace rondo
