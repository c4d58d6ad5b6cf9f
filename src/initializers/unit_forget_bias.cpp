// The bias (4u) of an LSTM with unit_forget_bias: [zeros(u), ones(u), zeros(2u)]. Open forget gates let gradients flow far back
// from the first step on. Not an initializer of Keras's own: its LSTM makes this from bias_initializer.
#include "core/registry.h"
#include "rondo/core/error.h"
#include "rondo/initializers/initializer.h"

namespace rondo {
namespace {

void unit_forget_bias(const std::map<std::string, double>&, const Shape& shape, std::uint64_t, std::uint64_t, real* out) {
  const Index units = shape.elements() / 4;
  if (units * 4 != shape.elements()) {
    fail(Code::shape, "unit_forget_bias needs the bias of four gates; this one is " + shape.text());
  }
  for (Index i = 0; i < 4 * units; ++i) out[i] = i / units == 1 ? real(1) : real(0);
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(initializers, unit_forget_bias) {
  register_initializer({"unit_forget_bias", "UnitForgetBias", {}, unit_forget_bias});
}
