// Pinball (quantile) loss. The row of yhat holds, quantile after quantile, a forecast for every number of y:
// for a quantile q and e = y - yhat:  loss = max(q e, (q - 1) e),  slope -q where e > 0, 1 - q where e < 0, and 0 at e = 0.
// The row's loss is the mean over quantiles and numbers. Keras has none.

#include "core/registry.h"
#include "core/words.h"
#include "losses/base/row.h"
#include "rondo/losses/forecast.h"

namespace rondo {
namespace {

class PinballLoss final : public Loss {
 public:
  PinballLoss() = default;
  explicit PinballLoss(const PinballOptions& o) : quantiles_(o.quantiles) {}
  std::string class_name() const override { return "Pinball"; }
  std::string key() const override { return "pinball"; }
  void describe(ConfigVisitor& visitor) override { visitor.field("quantiles", quantiles_, {0.5}); }
  void check() const override {
    if (quantiles_.empty())
      fail(Code::value, "Pinball: there are no quantiles.\n  fix: Pinball({.quantiles = {0.1, 0.5, 0.9}})");
    for (const double q : quantiles_) {
      if (!(q > 0 && q < 1))
        fail(Code::value, "Pinball: quantiles lie between 0 and 1, 0.9 for example; one is " + short_number(q));
    }
  }
  bool from_keras() const override { return false; }
  Index target_width(Index width) const override { return width / static_cast<Index>(quantiles_.size()); }
  void check_width(Index width) const override {
    const Index q = static_cast<Index>(quantiles_.size());
    if (width % q != 0) {
      fail(Code::shape, "Pinball with " + std::to_string(q) + " quantiles needs " + std::to_string(q) +
                            " forecasts for every target; the model gives " + std::to_string(width) +
                            " values.\n  fix: Dense(" + std::to_string(q) +
                            ") for one target: first those of the first quantile");
    }
  }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    const Index targets = target_width(n);
    double sum = 0;
    for (Index i = 0; i < n; ++i) {
      const double q = quantiles_[static_cast<std::size_t>(i / targets)];
      const double e = static_cast<double>(y[i % targets]) - static_cast<double>(yhat[i]);
      sum += e >= 0 ? q * e : (q - 1) * e;
      if (d) d[i] = static_cast<real>(scale / static_cast<double>(n) * (e > 0 ? -q : e < 0 ? 1 - q : 0.0));
    }
    return sum / static_cast<double>(n);
  }

 private:
  std::vector<double> quantiles_ = {0.5};
};

std::shared_ptr<Loss> make() { return std::make_shared<PinballLoss>(); }

}  // namespace

Pinball::Pinball(const PinballOptions& options) : LossRef(reduced(std::make_shared<PinballLoss>(options), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, pinball) {
  for (const char* name : {"pinball", "Pinball", "quantile"}) register_loss(name, make);
}
