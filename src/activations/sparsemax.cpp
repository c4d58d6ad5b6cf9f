// sparsemax over the last axis, as Keras 3.15 computes it. With z the row sorted from the largest down and c_r = z_1 + ... +
// z_r:
//
//   k = how many r have z_r > (c_r - 1) / r          tau = (c_1 + ... + c_k - 1) / k          y_i = max(x_i - tau, 0)
//
// (Martins and Astudillo (2016), who invented it, have c_k in the place of the sum; Keras's numbers are followed.)
//
//   dx_i = dy_i where y_i > 0, else 0, less (k - r_i + 1) / k times the sum of those dy, for the first k
#include <algorithm>

#include "activations/base/activation.h"

namespace rondo {
namespace {

struct Row {
  const real* x;
  Index width, k = 0;
  real tau = 0;

  // Ranks are counted anew for every number: rows are short, and there is no memory here to sort in.
  Row(const real* values, Index n) : x(values), width(n) {
    for (Index i = 0; i < width; ++i) {
      real sum = 0;
      const Index r = rank(i, sum);
      if (x[i] - (sum - 1) / static_cast<real>(r) <= 0) continue;
      tau += sum;
      ++k;
    }
    tau = (tau - 1) / static_cast<real>(std::max<Index>(k, 1));
  }
  // The place of x_i in the sorted row, from 1, and the sum up to there.
  Index rank(Index i, real& sum) const {
    Index r = 0;
    for (Index j = 0; j < width; ++j) {
      if (x[j] < x[i] || (x[j] == x[i] && j > i)) continue;
      ++r;
      sum += x[j];
    }
    return std::max<Index>(r, 1);
  }
};

void forward(const real* x, real* y, Index rows, Index width) {
  for (Index r = 0; r < rows; ++r, x += width, y += width) {
    const Row row(x, width);
    for (Index i = 0; i < width; ++i) y[i] = std::max(x[i] - row.tau, real(0));
  }
}

void backward(const real* x, const real* y, const real* dy, real* dx, Index rows, Index width) {
  for (Index r = 0; r < rows; ++r, x += width, y += width, dy += width, dx += width) {
    const Row row(x, width);
    real total = 0;
    for (Index i = 0; i < width; ++i)
      if (y[i] > 0) total += dy[i];
    for (Index i = 0; i < width; ++i) {
      real sum = 0;
      const Index rank = row.rank(i, sum);
      const real share = rank <= row.k ? static_cast<real>(row.k - rank + 1) / static_cast<real>(row.k) : real(0);
      dx[i] = (y[i] > 0 ? dy[i] : real(0)) - total * share;
    }
  }
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(activations, sparsemax) { activations().add("sparsemax", {"sparsemax", false, forward, backward}); }
