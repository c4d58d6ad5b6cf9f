// Mean absolute scaled error (Hyndman and Koehler 2006):  loss = |yhat - y| / scale,  slope sign(e) / scale, 0 at e = 0.
// scale is the mean absolute step of the training series at its season: mean |v[t] - v[t - season]|, which naive_scale() gives.
// Below 1: better than repeating the last season. Keras has none.
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "core/words.h"
#include "losses/base/elementwise.h"
#include "rondo/losses/forecast.h"

namespace rondo {
namespace {

class MASELoss final : public Loss {
 public:
  MASELoss() = default;
  explicit MASELoss(const MASEOptions& o) : scale_(o.scale) {}
  std::string class_name() const override { return "MASE"; }
  std::string key() const override { return "mase"; }
  void describe(ConfigVisitor& visitor) override { visitor.field("scale", scale_, 1.0); }
  void check() const override {
    if (!(scale_ > 0 && std::isfinite(scale_))) {
      fail(Code::value, "MASE: scale must be above 0, got " + short_number(scale_) +
                            "; it is the mean absolute step of the training series (a series that never "
                            "moves has none)");
    }
  }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }
  bool from_keras() const override { return false; }

  double value(double y, double yhat) const { return std::abs(yhat - y) / scale_; }
  double slope(double y, double yhat) const { return static_cast<double>((yhat > y) - (yhat < y)) / scale_; }

 private:
  double scale_ = 1;
};

std::shared_ptr<Loss> make() { return std::make_shared<MASELoss>(); }

}  // namespace

double naive_scale(std::span<const real> series, Index season) {
  const Index n = static_cast<Index>(series.size());
  if (season < 1 || n <= season) {
    fail(Code::value,
         "naive_scale: a season of " + std::to_string(season) + " needs a longer series than " + std::to_string(n));
  }
  double sum = 0;
  for (Index t = season; t < n; ++t) {
    sum += std::abs(static_cast<double>(series[static_cast<std::size_t>(t)]) -
                    static_cast<double>(series[static_cast<std::size_t>(t - season)]));
  }
  return sum / static_cast<double>(n - season);
}

MASE::MASE(const MASEOptions& options) : LossRef(reduced(std::make_shared<MASELoss>(options), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, mase) {
  for (const char* name : {"mase", "MASE"}) register_loss(name, make);
}
