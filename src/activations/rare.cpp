// The elementwise activations few models use: plain loops, and not inside recurrent cells. y = value(x), slope = dy/dx.
#include <algorithm>
#include <cmath>

#include "activations/base/activation.h"

namespace rondo {
namespace {

struct Celu {  // x, or exp(x) - 1 where negative (Keras's default, alpha = 1)
  static real value(real x) { return x < 0 ? std::expm1(x) : x; }
  static real slope(real x) { return x < 0 ? std::exp(x) : real(1); }
};
struct TanhShrink {  // x - tanh(x)
  static real value(real x) { return x - std::tanh(x); }
  static real slope(real x) { return std::tanh(x) * std::tanh(x); }
};
struct SoftShrink {  // x moved by 0.5 towards 0, 0 in between
  static real value(real x) { return x > real(0.5) ? x - real(0.5) : x < real(-0.5) ? x + real(0.5) : x - x; }
  static real slope(real x) { return std::abs(x) > real(0.5) ? real(1) : real(0); }
};
struct HardShrink {  // x, or 0 within 0.5 of 0
  static real value(real x) { return std::abs(x) > real(0.5) ? x : x - x; }
  static real slope(real x) { return std::abs(x) > real(0.5) ? real(1) : real(0); }
};
struct Squareplus {  // (x + sqrt(x^2 + 4)) / 2
  // Where x is negative the sum would cancel: it equals 2 / (sqrt(x^2 + 4) - x).
  static real value(real x) {
    const real root = std::sqrt(x * x + 4);
    return x < 0 ? 2 / (root - x) : (x + root) / 2;
  }
  static real slope(real x) { return value(x) / std::sqrt(x * x + 4); }
};
struct SparsePlus {  // 0 up to -1, (x + 1)^2 / 4, x from 1 on
  static real value(real x) { return x >= 1 ? x : x <= -1 ? real(0) : (x + 1) * (x + 1) / 4; }
  static real slope(real x) { return x >= 1 ? real(1) : x <= -1 ? real(0) : (x + 1) / 2; }
};
struct SparseSigmoid {  // (x + 1) / 2, at least 0 and at most 1
  static real value(real x) { return x >= 1 ? real(1) : x <= -1 ? real(0) : (x + 1) / 2; }
  static real slope(real x) { return x >= 1 || x <= -1 ? real(0) : real(0.5); }
};

template <class F>
void forward(const real* x, real* y, Index rows, Index width) {
  for (Index i = 0; i < rows * width; ++i) y[i] = F::value(x[i]);
}
template <class F>
void backward(const real* x, const real*, const real* dy, real* dx, Index rows, Index width) {
  for (Index i = 0; i < rows * width; ++i) dx[i] = dy[i] * F::slope(x[i]);
}

template <class F>
void add(const char* name) {
  activations().add(name, {name, false, forward<F>, backward<F>});
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(activations, rare) {
  add<Celu>("celu");
  add<TanhShrink>("tanh_shrink");
  add<SoftShrink>("soft_shrink");
  add<HardShrink>("hard_shrink");
  add<Squareplus>("squareplus");
  add<SparsePlus>("sparse_plus");
  add<SparseSigmoid>("sparse_sigmoid");
}
