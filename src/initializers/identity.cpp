// The identity matrix times a gain; a matrix that is not square has ones on its main diagonal.
#include "core/registry.h"
#include "rondo/core/error.h"
#include "rondo/initializers/initializer.h"

namespace rondo {
namespace {

void identity(const std::map<std::string, double>& p, const Shape& shape, std::uint64_t, std::uint64_t, real* out) {
  if (shape.rank() != 2) {
    fail(Code::shape, "the identity initializer needs a weight of 2 axes; this one is " + shape.text());
  }
  for (Index i = 0; i < shape[0]; ++i) {
    for (Index j = 0; j < shape[1]; ++j) out[i * shape[1] + j] = i == j ? static_cast<real>(p.at("gain")) : real(0);
  }
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(initializers, identity) { register_initializer({"identity", "Identity", {{"gain", 1.0}}, identity}); }
