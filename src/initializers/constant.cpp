// Zeros, ones, a constant.
#include "core/registry.h"
#include "rondo/initializers/initializer.h"

namespace rondo {
namespace {

using Parameters = std::map<std::string, double>;

void fill(const Shape& shape, double value, real* out) {
  const Index n = shape.elements();
  for (Index i = 0; i < n; ++i) out[i] = static_cast<real>(value);
}

void zeros(const Parameters&, const Shape& shape, std::uint64_t, std::uint64_t, real* out) { fill(shape, 0.0, out); }
void ones(const Parameters&, const Shape& shape, std::uint64_t, std::uint64_t, real* out) { fill(shape, 1.0, out); }
void constant(const Parameters& p, const Shape& shape, std::uint64_t, std::uint64_t, real* out) {
  fill(shape, p.at("value"), out);
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(initializers, constant) {
  register_initializer({"zeros", "Zeros", {}, zeros}, {"zero"});
  register_initializer({"ones", "Ones", {}, ones}, {"one"});
  register_initializer({"constant", "Constant", {{"value", 0.0}}, constant});
}
