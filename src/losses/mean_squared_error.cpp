// Mean squared error: e = yhat - y;  loss = e^2,  d loss / d yhat = 2 e.
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "rondo/losses/regression.h"

namespace rondo {
namespace {

class MeanSquaredErrorLoss final : public Loss {
 public:
  std::string class_name() const override { return "MeanSquaredError"; }
  std::string key() const override { return "mse"; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }

  static double value(double y, double yhat) { return (yhat - y) * (yhat - y); }
  static double slope(double y, double yhat) { return 2 * (yhat - y); }
};

std::shared_ptr<Loss> make() { return std::make_shared<MeanSquaredErrorLoss>(); }

}  // namespace

MeanSquaredError::MeanSquaredError(const LossOptions& options) : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, mean_squared_error) {
  for (const char* name : {"mse", "MSE", "mean_squared_error", "MeanSquaredError"}) register_loss(name, make);
}
