// Log-cosh: e = yhat - y;  loss = log(cosh(e)) = |e| + log(1 + exp(-2 |e|)) - log 2,  slope tanh(e). Like e^2 / 2 near the
// target, like |e| far off.
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "rondo/losses/regression.h"

namespace rondo {
namespace {

class LogCoshLoss final : public Loss {
 public:
  std::string class_name() const override { return "LogCosh"; }
  std::string key() const override { return "log_cosh"; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }

  static double value(double y, double yhat) {
    const double e = std::abs(yhat - y);
    return e + std::log1p(std::exp(-2 * e)) - std::log(2.0);
  }
  static double slope(double y, double yhat) { return std::tanh(yhat - y); }
};

std::shared_ptr<Loss> make() { return std::make_shared<LogCoshLoss>(); }

}  // namespace

LogCosh::LogCosh(const LossOptions& options) : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, log_cosh) {
  for (const char* name : {"log_cosh", "LogCosh", "logcosh"}) register_loss(name, make);
}
