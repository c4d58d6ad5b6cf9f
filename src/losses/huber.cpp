// Huber: e = yhat - y;  loss = e^2 / 2 where |e| <= delta, otherwise delta |e| - delta^2 / 2. Quadratic near the target, linear
// far off.
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "rondo/losses/regression.h"

namespace rondo {
namespace {

class HuberLoss final : public Loss {
 public:
  HuberLoss() = default;
  explicit HuberLoss(double delta) : delta_(delta) {}
  std::string class_name() const override { return "Huber"; }
  std::string key() const override { return "huber"; }
  void describe(ConfigVisitor& visitor) override { visitor.field("delta", delta_, 1.0); }
  void check() const override { check_from(*this, "delta", delta_, 0); }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }

  double value(double y, double yhat) const {
    const double e = std::abs(yhat - y);
    return e <= delta_ ? 0.5 * e * e : delta_ * e - 0.5 * delta_ * delta_;
  }
  double slope(double y, double yhat) const {
    const double e = yhat - y;
    return std::abs(e) <= delta_ ? e : std::copysign(delta_, e);
  }

 private:
  double delta_ = 1.0;
};

std::shared_ptr<Loss> make() { return std::make_shared<HuberLoss>(); }

}  // namespace

Huber::Huber(const HuberOptions& options) : LossRef(reduced(std::make_shared<HuberLoss>(options.delta), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, huber) {
  for (const char* name : {"huber", "Huber"}) register_loss(name, make);
}
