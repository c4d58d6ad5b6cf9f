// Binary crossentropy, y smoothed first: y <- y (1 - s) + s / 2, s being label_smoothing.
//   p = clip(yhat, 1e-7, 1 - 1e-7):      loss = -(y log p + (1 - y) log(1 - p))
//     slope (p - y) / (p (1 - p)) inside the clip, 0 beyond
//   from_logits, p = sigmoid(yhat):      loss = max(yhat, 0) - yhat y + log(1 + exp(-|yhat|))
//     slope p - y
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "losses/base/probability.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class BinaryCrossentropyLoss final : public Loss {
 public:
  BinaryCrossentropyLoss() = default;
  explicit BinaryCrossentropyLoss(const BinaryCrossentropyOptions& o)
      : from_logits_(o.from_logits), label_smoothing_(o.label_smoothing), axis_(o.axis) {}
  std::string class_name() const override { return "BinaryCrossentropy"; }
  std::string key() const override { return "binary_crossentropy"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("from_logits", from_logits_, false);
    visitor.field("label_smoothing", label_smoothing_, 0.0);
    visitor.field("axis", axis_, Index(-1));
  }
  void check() const override { check_share(*this, "label_smoothing", label_smoothing_); }
  Index axis() const override { return axis_; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }

  double value(double y, double yhat) const {
    const double t = smoothed(y);
    if (from_logits_) return std::max(yhat, 0.0) - yhat * t + std::log1p(std::exp(-std::abs(yhat)));
    const double p = std::clamp(yhat, least_probability, most_probability);
    return -(t * std::log(p) + (1 - t) * std::log1p(-p));
  }
  double slope(double y, double yhat) const {
    const double t = smoothed(y);
    if (from_logits_) return 1 / (1 + std::exp(-yhat)) - t;
    return yhat < least_probability || yhat > most_probability ? 0.0 : (yhat - t) / (yhat * (1 - yhat));
  }

 private:
  double smoothed(double y) const { return y * (1 - label_smoothing_) + 0.5 * label_smoothing_; }
  bool from_logits_ = false;
  double label_smoothing_ = 0;
  Index axis_ = -1;
};

std::shared_ptr<Loss> make() { return std::make_shared<BinaryCrossentropyLoss>(); }

}  // namespace

BinaryCrossentropy::BinaryCrossentropy(const BinaryCrossentropyOptions& options)
    : LossRef(reduced(std::make_shared<BinaryCrossentropyLoss>(options), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, binary_crossentropy) {
  for (const char* name : {"binary_crossentropy", "BinaryCrossentropy", "bce", "BCE"}) register_loss(name, make);
}
