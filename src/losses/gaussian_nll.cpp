// Gaussian negative log-likelihood. The row of yhat holds the means m of all numbers of y, then the logarithms s of their
// variances, which may be any numbers:
//   loss = (s + (y - m)^2 exp(-s) + log 2 pi) / 2        by m: (m - y) exp(-s)        by s: (1 - (y - m)^2 exp(-s)) / 2
// The row's loss is the mean over the numbers of y. Keras has none.
#include <cmath>
#include <numbers>

#include "core/registry.h"
#include "losses/base/row.h"
#include "rondo/losses/forecast.h"

namespace rondo {
namespace {

class GaussianNegativeLogLikelihoodLoss final : public Loss {
 public:
  std::string class_name() const override { return "GaussianNegativeLogLikelihood"; }
  std::string key() const override { return "gaussian_nll"; }
  bool from_keras() const override { return false; }
  Index target_width(Index width) const override { return width / 2; }
  void check_width(Index width) const override { check_pairs(*this, width); }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    const Index targets = n / 2;
    const double each = 1 / static_cast<double>(targets);
    double sum = 0;
    for (Index i = 0; i < targets; ++i) {
      const double e = static_cast<double>(yhat[i]) - static_cast<double>(y[i]), s = static_cast<double>(yhat[targets + i]);
      const double precision = std::exp(-s);
      sum += 0.5 * (s + e * e * precision + std::log(2 * std::numbers::pi));
      if (d) {
        d[i] = static_cast<real>(scale * each * e * precision);
        d[targets + i] = static_cast<real>(scale * each * 0.5 * (1 - e * e * precision));
      }
    }
    return sum * each;
  }
};

std::shared_ptr<Loss> make() { return std::make_shared<GaussianNegativeLogLikelihoodLoss>(); }

}  // namespace

GaussianNegativeLogLikelihood::GaussianNegativeLogLikelihood(const LossOptions& options)
    : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, gaussian_nll) {
  for (const char* name : {"gaussian_nll", "gaussian_negative_log_likelihood", "GaussianNegativeLogLikelihood"})
    register_loss(name, make);
}
