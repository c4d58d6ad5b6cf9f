// Symmetric mean absolute percentage error:  loss = 200 |yhat - y| / max(|y| + |yhat|, 1e-7), from 0 to 200.
// With r = |y| + |yhat|:  slope = 200 (sign(e) / r - |e| sign(yhat) / r^2), 0 at e = 0. Keras has none.
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "rondo/losses/forecast.h"

namespace rondo {
namespace {

class SMAPELoss final : public Loss {
 public:
  std::string class_name() const override { return "SMAPE"; }
  std::string key() const override { return "smape"; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }
  bool from_keras() const override { return false; }

  static double value(double y, double yhat) { return 200 * std::abs(yhat - y) / std::max(std::abs(y) + std::abs(yhat), 1e-7); }
  static double slope(double y, double yhat) {
    const auto sign = [](double v) { return static_cast<double>((v > 0) - (v < 0)); };
    const double r = std::abs(y) + std::abs(yhat), e = yhat - y;
    if (r <= 1e-7) return 200 * sign(e) / 1e-7;
    return 200 * (sign(e) / r - std::abs(e) * sign(yhat) / (r * r));
  }
};

std::shared_ptr<Loss> make() { return std::make_shared<SMAPELoss>(); }

}  // namespace

SMAPE::SMAPE(const LossOptions& options) : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, smape) {
  for (const char* name : {"smape", "SMAPE"}) register_loss(name, make);
}
