// Draws scaled so that values keep their variance through a layer of n inputs or outputs:
//   uniform  in +-sqrt(3 s / n)         normal  cut at two standard deviations, whose own is then sqrt(s / n)
//   glorot: n = (fan_in + fan_out) / 2, s = 1     he: n = fan_in, s = 2     lecun: n = fan_in, s = 1
// Fans are those of the whole weight, as in Keras: an LSTM's kernel (F, 4u) has fan_out 4u.
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "initializers/base/distributions.h"
#include "rondo/initializers/initializer.h"

namespace rondo {
namespace {

using Parameters = std::map<std::string, double>;

struct Fans {
  double in = 1, out = 1;
};

Fans fans(const Shape& shape) {
  if (shape.rank() == 0) return {};
  if (shape.rank() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  double field = 1;  // of a convolution: all axes but the last two
  for (Index i = 0; i < shape.rank() - 2; ++i) field *= static_cast<double>(shape[i]);
  return {field * static_cast<double>(shape[-2]), field * static_cast<double>(shape[-1])};
}

double fan_avg(const Shape& shape) {
  const Fans f = fans(shape);
  return std::max(1.0, (f.in + f.out) / 2);
}
double fan_in(const Shape& shape) { return std::max(1.0, fans(shape).in); }

void uniform(double variance, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  const double limit = std::sqrt(3 * variance);
  fill_uniform({seed, stream}, -limit, limit, shape.elements(), out);
}

void normal(double variance, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  // 0.8796... is the standard deviation of a standard normal cut at +-2.
  fill_truncated_normal({seed, stream}, 0, std::sqrt(variance) / 0.87962566103423978, shape.elements(), out);
}

void glorot_uniform(const Parameters&, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  uniform(1 / fan_avg(shape), shape, seed, stream, out);
}
void glorot_normal(const Parameters&, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  normal(1 / fan_avg(shape), shape, seed, stream, out);
}
void he_uniform(const Parameters&, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  uniform(2 / fan_in(shape), shape, seed, stream, out);
}
void he_normal(const Parameters&, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  normal(2 / fan_in(shape), shape, seed, stream, out);
}
void lecun_uniform(const Parameters&, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  uniform(1 / fan_in(shape), shape, seed, stream, out);
}
void lecun_normal(const Parameters&, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  normal(1 / fan_in(shape), shape, seed, stream, out);
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(initializers, variance_scaling) {
  register_initializer({"glorot_uniform", "GlorotUniform", {}, glorot_uniform});
  register_initializer({"glorot_normal", "GlorotNormal", {}, glorot_normal});
  register_initializer({"he_uniform", "HeUniform", {}, he_uniform});
  register_initializer({"he_normal", "HeNormal", {}, he_normal});
  register_initializer({"lecun_uniform", "LecunUniform", {}, lecun_uniform});
  register_initializer({"lecun_normal", "LecunNormal", {}, lecun_normal});
}
