// Mean absolute error: e = yhat - y;  loss = |e|,  d loss / d yhat = sign(e), 0 at e = 0.
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "rondo/losses/regression.h"

namespace rondo {
namespace {

class MeanAbsoluteErrorLoss final : public Loss {
 public:
  std::string class_name() const override { return "MeanAbsoluteError"; }
  std::string key() const override { return "mae"; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }

  static double value(double y, double yhat) { return std::abs(yhat - y); }
  static double slope(double y, double yhat) { return static_cast<double>((yhat > y) - (yhat < y)); }
};

std::shared_ptr<Loss> make() { return std::make_shared<MeanAbsoluteErrorLoss>(); }

}  // namespace

MeanAbsoluteError::MeanAbsoluteError(const LossOptions& options) : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, mean_absolute_error) {
  for (const char* name : {"mae", "MAE", "mean_absolute_error", "MeanAbsoluteError"}) register_loss(name, make);
}
