// Mean squared logarithmic error: l(v) = log(max(v, 1e-7) + 1);  loss = (l(yhat) - l(y))^2.
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "rondo/losses/regression.h"

namespace rondo {
namespace {

class MeanSquaredLogarithmicErrorLoss final : public Loss {
 public:
  std::string class_name() const override { return "MeanSquaredLogarithmicError"; }
  std::string key() const override { return "msle"; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }

  static double value(double y, double yhat) { return (log1(yhat) - log1(y)) * (log1(yhat) - log1(y)); }
  static double slope(double y, double yhat) { return yhat < 1e-7 ? 0.0 : 2 * (log1(yhat) - log1(y)) / (yhat + 1); }
  static double log1(double v) { return std::log(std::max(v, 1e-7) + 1); }
};

std::shared_ptr<Loss> make() { return std::make_shared<MeanSquaredLogarithmicErrorLoss>(); }

}  // namespace

MeanSquaredLogarithmicError::MeanSquaredLogarithmicError(const LossOptions& options)
    : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, mean_squared_logarithmic_error) {
  for (const char* name : {"msle", "MSLE", "mean_squared_logarithmic_error", "MeanSquaredLogarithmicError"})
    register_loss(name, make);
}
