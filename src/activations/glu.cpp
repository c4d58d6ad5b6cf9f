// glu over the last axis, whose halves are a and b:  y = a s, s = sigmoid(b)      da = dy s      db = dy a s (1 - s)
#include <cmath>

#include "activations/base/activation.h"

namespace rondo {
namespace {

// Neither overflows.
real sigmoid(real x) {
  const real e = std::exp(-std::abs(x));
  return (x < 0 ? e : real(1)) / (1 + e);
}

// In place: y[r, i] lies at or before everything that is still to be read.
void forward(const real* x, real* y, Index rows, Index width) {
  const Index half = width / 2;
  for (Index r = 0; r < rows; ++r)
    for (Index i = 0; i < half; ++i) y[r * half + i] = x[r * width + i] * sigmoid(x[r * width + half + i]);
}

void backward(const real* x, const real*, const real* dy, real* dx, Index rows, Index width) {
  const Index half = width / 2;
  for (Index r = 0; r < rows; ++r)
    for (Index i = 0; i < half; ++i) {
      const real a = x[r * width + i], s = sigmoid(x[r * width + half + i]), d = dy[r * half + i];
      dx[r * width + i] = d * s;
      dx[r * width + half + i] = d * a * s * (1 - s);
    }
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(activations, glu) { activations().add("glu", {"glu", false, forward, backward, true}); }
