// Poisson: loss = yhat - y log(yhat + 1e-7),  slope 1 - y / (yhat + 1e-7).
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "rondo/losses/regression.h"

namespace rondo {
namespace {

class PoissonLoss final : public Loss {
 public:
  std::string class_name() const override { return "Poisson"; }
  std::string key() const override { return "poisson"; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }

  static double value(double y, double yhat) { return yhat - y * std::log(yhat + 1e-7); }
  static double slope(double y, double yhat) { return 1 - y / (yhat + 1e-7); }
};

std::shared_ptr<Loss> make() { return std::make_shared<PoissonLoss>(); }

}  // namespace

Poisson::Poisson(const LossOptions& options) : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, poisson) {
  for (const char* name : {"poisson", "Poisson"}) register_loss(name, make);
}
