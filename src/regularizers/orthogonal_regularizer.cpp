// OrthogonalRegularizer: u_i row i (or column) of the weight over its norm, a norm being at least 1e-7, n rows:
//   penalty = factor sum over i != j of |u_i.u_j| / (n (n - 1))
//   slope by row i = 2 factor / (n (n - 1)) sum over j != i of sign(u_i.u_j) (u_j - (u_i.u_j) u_i) / |row i|
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "rondo/core/error.h"
#include "rondo/regularizers/regularizer.h"

namespace rondo {
namespace {

double penalty(const RegularizerInfo::Parameters& p, const Shape& shape, const real* w, real* gradient) {
  const bool columns = p.at("mode") != 0;
  const Index n = columns ? shape[1] : shape[0], m = columns ? shape[0] : shape[1];
  const Index next = columns ? 1 : m, step = columns ? n : 1;  // from row to row, along a row
  const auto dot = [&](Index i, Index j) {
    double sum = 0;
    for (Index k = 0; k < m; ++k)
      sum += static_cast<double>(w[i * next + k * step]) * static_cast<double>(w[j * next + k * step]);
    return sum;
  };
  const auto norm = [&](Index i) { return std::max(std::sqrt(dot(i, i)), 1e-7); };
  if (n < 2) return 0;
  const double factor = p.at("factor") / (static_cast<double>(n) * static_cast<double>(n - 1));
  double sum = 0;
  for (Index i = 0; i < n; ++i) {
    const double own = norm(i);
    for (Index j = 0; j < n; ++j) {
      if (j == i) continue;
      const double other = norm(j), cosine = dot(i, j) / (own * other);
      sum += std::abs(cosine);
      if (!gradient) continue;
      const double each = 2 * factor * static_cast<double>((cosine > 0) - (cosine < 0)) / own;
      const double along = own > 1e-7 ? cosine / own : 0.0;
      for (Index k = 0; k < m; ++k) {
        const double u = static_cast<double>(w[j * next + k * step]) / other;
        gradient[i * next + k * step] += static_cast<real>(each * (u - along * static_cast<double>(w[i * next + k * step])));
      }
    }
  }
  return factor * sum;
}

}  // namespace

OrthogonalRegularizer::OrthogonalRegularizer(const OrthogonalRegularizerOptions& options)
    : Regularizer("orthogonal_regularizer") {
  if (options.mode != "rows" && options.mode != "columns") {
    fail(Code::value, "OrthogonalRegularizer: mode is \"rows\" or \"columns\", not \"" + escaped(options.mode) + "\"");
  }
  if (options.factor != 0.01) parameters["factor"] = options.factor;
  if (options.mode == "columns") parameters["mode"] = 1;
}

}  // namespace rondo

RONDO_REGISTER(regularizers, orthogonal_regularizer) {
  rondo::register_regularizer({"orthogonal_regularizer",
                               "OrthogonalRegularizer",
                               {{"factor", 0.01}, {"mode", 0.0}},
                               rondo::penalty,
                               {{"mode", {"rows", "columns"}}},
                               2});
}
