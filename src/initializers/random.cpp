// Draws of a fixed scale: random_uniform, random_normal, truncated_normal.
#include "core/registry.h"
#include "initializers/base/distributions.h"
#include "rondo/initializers/initializer.h"

namespace rondo {
namespace {

using Parameters = std::map<std::string, double>;

void uniform(const Parameters& p, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  fill_uniform({seed, stream}, p.at("minval"), p.at("maxval"), shape.elements(), out);
}
void normal(const Parameters& p, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  fill_normal({seed, stream}, p.at("mean"), p.at("stddev"), shape.elements(), out);
}
void truncated(const Parameters& p, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  fill_truncated_normal({seed, stream}, p.at("mean"), p.at("stddev"), shape.elements(), out);
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(initializers, random) {
  register_initializer({"random_uniform", "RandomUniform", {{"minval", -0.05}, {"maxval", 0.05}}, uniform}, {"uniform"});
  register_initializer({"random_normal", "RandomNormal", {{"mean", 0.0}, {"stddev", 0.05}}, normal}, {"normal"});
  register_initializer({"truncated_normal", "TruncatedNormal", {{"mean", 0.0}, {"stddev", 0.05}}, truncated});
}
