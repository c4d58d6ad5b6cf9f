// log_softmax over the last axis:  y_i = x_i - max x - log sum_j exp(x_j - max x);   dx_i = dy_i - exp(y_i) sum_j dy_j
#include <algorithm>
#include <cmath>

#include "activations/base/activation.h"

namespace rondo {
namespace {

void forward(const real* x, real* y, Index rows, Index width) {
  for (Index r = 0; r < rows; ++r, x += width, y += width) {
    const real top = *std::max_element(x, x + width);
    real sum = 0;
    for (Index i = 0; i < width; ++i) sum += std::exp(x[i] - top);
    for (Index i = 0; i < width; ++i) y[i] = x[i] - top - std::log(sum);
  }
}

void backward(const real*, const real* y, const real* dy, real* dx, Index rows, Index width) {
  for (Index r = 0; r < rows; ++r, y += width, dy += width, dx += width) {
    real sum = 0;
    for (Index i = 0; i < width; ++i) sum += dy[i];
    for (Index i = 0; i < width; ++i) dx[i] = dy[i] - std::exp(y[i]) * sum;
  }
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(activations, log_softmax) { activations().add("log_softmax", {"log_softmax", true, forward, backward}); }
