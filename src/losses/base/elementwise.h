// Losses whose row is the mean of one function of (y, yhat) over its numbers.
#pragma once

#include "losses/base/row.h"

namespace rondo {

// F has double value(y, yhat) and double slope(y, yhat) = d value / d yhat.
template <class F>
double mean_over_row(const F& f, const real* y, const real* yhat, Index n, real* d, double scale) noexcept {
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += f.value(static_cast<double>(y[i]), static_cast<double>(yhat[i]));
  if (d) {
    const double each = scale / static_cast<double>(n);
    for (Index i = 0; i < n; ++i) {
      d[i] = static_cast<real>(each * f.slope(static_cast<double>(y[i]), static_cast<double>(yhat[i])));
    }
  }
  return sum / static_cast<double>(n);
}

}  // namespace rondo
