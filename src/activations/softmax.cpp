// softmax over the last axis:  y_i = exp(x_i - max x) / sum_j exp(x_j - max x);   dx_i = y_i (dy_i - sum_j dy_j y_j)
#include <algorithm>
#include <cmath>

#include "activations/base/activation.h"

namespace rondo {
namespace {

void forward(const real* x, real* y, Index rows, Index width) {
  for (Index r = 0; r < rows; ++r, x += width, y += width) {
    const real top = *std::max_element(x, x + width);
    real sum = 0;
    for (Index i = 0; i < width; ++i) sum += y[i] = std::exp(x[i] - top);
    for (Index i = 0; i < width; ++i) y[i] /= sum;
  }
}

void backward(const real*, const real* y, const real* dy, real* dx, Index rows, Index width) {
  for (Index r = 0; r < rows; ++r, y += width, dy += width, dx += width) {
    real dot = 0;
    for (Index i = 0; i < width; ++i) dot += dy[i] * y[i];
    for (Index i = 0; i < width; ++i) dx[i] = y[i] * (dy[i] - dot);
  }
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(activations, softmax) { activations().add("softmax", {"softmax", true, forward, backward}); }
