// Crossentropy over a row of C classes, t the targets:
//   u = yhat / sum yhat, p = clip(u, 1e-7, 1 - 1e-7):    loss = -sum t log p
//     slope (a - t / u) / sum yhat, the quotient only inside the clip, a being the sum of t there
//   from_logits, p = softmax(yhat):                      loss = sum t (log sum exp(yhat) - yhat)
//     slope p sum t - t
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "losses/base/probability.h"
#include "losses/base/row.h"

namespace rondo {

template <class Target>
double crossentropy(bool from_logits, const real* yhat, Index n, real* d, double scale, const Target& t) noexcept {
  double loss = 0, sum = 0;
  if (from_logits) {
    const double top = static_cast<double>(*std::max_element(yhat, yhat + n));
    double all = 0;
    for (Index i = 0; i < n; ++i) sum += std::exp(static_cast<double>(yhat[i]) - top);
    for (Index i = 0; i < n; ++i) {
      all += t(i);
      loss += t(i) == 0 ? 0.0 : t(i) * (top + std::log(sum) - static_cast<double>(yhat[i]));
    }
    for (Index i = 0; d && i < n; ++i) {
      d[i] = static_cast<real>(scale * (std::exp(static_cast<double>(yhat[i]) - top) / sum * all - t(i)));
    }
    return loss;
  }
  for (Index i = 0; i < n; ++i) sum += static_cast<double>(yhat[i]);
  const auto inside = [&](double u) { return u >= least_probability && u <= most_probability; };
  double along = 0;  // sum of t over what is not clipped
  for (Index i = 0; i < n; ++i) {
    const double u = static_cast<double>(yhat[i]) / sum;
    loss -= t(i) * std::log(std::clamp(u, least_probability, most_probability));
    if (inside(u)) along += t(i);
  }
  for (Index i = 0; d && i < n; ++i) {
    const double u = static_cast<double>(yhat[i]) / sum;
    d[i] = static_cast<real>(scale * (along - (inside(u) ? t(i) / u : 0.0)) / sum);
  }
  return loss;
}

}  // namespace rondo
