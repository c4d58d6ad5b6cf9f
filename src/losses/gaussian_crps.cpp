// Continuous ranked probability score of a Gaussian forecast, in the unit of y. The row of yhat holds the means m of all
// numbers of y, then the logarithms s of their variances, which may be any numbers. With sigma = exp(s / 2), z = (y - m) /
// sigma, Phi and phi the normal distribution and its density (Gneiting et al. 2005):
//   loss = sigma (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))
//   by m: 1 - 2 Phi(z)        by s: sigma (2 phi(z) - 1 / sqrt(pi)) / 2
// The row's loss is the mean over the numbers of y. Keras has none.
#include <cmath>
#include <numbers>

#include "core/registry.h"
#include "losses/base/row.h"
#include "rondo/losses/forecast.h"

namespace rondo {
namespace {

class GaussianCRPSLoss final : public Loss {
 public:
  std::string class_name() const override { return "GaussianCRPS"; }
  std::string key() const override { return "gaussian_crps"; }
  bool from_keras() const override { return false; }
  Index target_width(Index width) const override { return width / 2; }
  void check_width(Index width) const override { check_pairs(*this, width); }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    const Index targets = n / 2;
    const double each = 1 / static_cast<double>(targets), root = 1 / std::sqrt(std::numbers::pi);
    double sum = 0;
    for (Index i = 0; i < targets; ++i) {
      const double sigma = std::exp(0.5 * static_cast<double>(yhat[targets + i]));
      const double z = (static_cast<double>(y[i]) - static_cast<double>(yhat[i])) / sigma;
      const double odds = std::erf(z / std::numbers::sqrt2);  // 2 Phi(z) - 1
      const double density = 2 * std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
      sum += sigma * (z * odds + density - root);
      if (d) {
        d[i] = static_cast<real>(-scale * each * odds);
        d[targets + i] = static_cast<real>(scale * each * 0.5 * sigma * (density - root));
      }
    }
    return sum * each;
  }
};

std::shared_ptr<Loss> make() { return std::make_shared<GaussianCRPSLoss>(); }

}  // namespace

GaussianCRPS::GaussianCRPS(const LossOptions& options) : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, gaussian_crps) {
  for (const char* name : {"gaussian_crps", "crps", "GaussianCRPS"}) register_loss(name, make);
}
