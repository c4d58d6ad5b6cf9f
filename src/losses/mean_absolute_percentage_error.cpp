// Mean absolute percentage error: loss = 100 |yhat - y| / max(|y|, 1e-7).
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "rondo/losses/regression.h"

namespace rondo {
namespace {

class MeanAbsolutePercentageErrorLoss final : public Loss {
 public:
  std::string class_name() const override { return "MeanAbsolutePercentageError"; }
  std::string key() const override { return "mape"; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }

  static double value(double y, double yhat) { return 100 * std::abs(y - yhat) / std::max(std::abs(y), 1e-7); }
  static double slope(double y, double yhat) {
    return 100 * static_cast<double>((yhat > y) - (yhat < y)) / std::max(std::abs(y), 1e-7);
  }
};

std::shared_ptr<Loss> make() { return std::make_shared<MeanAbsolutePercentageErrorLoss>(); }

}  // namespace

MeanAbsolutePercentageError::MeanAbsolutePercentageError(const LossOptions& options)
    : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, mean_absolute_percentage_error) {
  for (const char* name : {"mape", "MAPE", "mean_absolute_percentage_error", "MeanAbsolutePercentageError"})
    register_loss(name, make);
}
