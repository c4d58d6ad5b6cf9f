// Binary focal crossentropy: what is told apart already counts less. y smoothed: y <- y (1 - s) + s / 2; q = yhat, or
// sigmoid(yhat) from_logits; p = clip(q, 1e-7, 1 - 1e-7).
//   b = -(y log p + (1 - y) log(1 - p))        t = y q + (1 - y)(1 - q)        loss = a (1 - t)^gamma b
//   a = y alpha + (1 - y)(1 - alpha) with apply_class_balancing, otherwise 1
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "losses/base/probability.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class BinaryFocalCrossentropyLoss final : public Loss {
 public:
  BinaryFocalCrossentropyLoss() = default;
  explicit BinaryFocalCrossentropyLoss(const BinaryFocalCrossentropyOptions& o)
      : apply_class_balancing_(o.apply_class_balancing),
        alpha_(o.alpha),
        gamma_(o.gamma),
        from_logits_(o.from_logits),
        label_smoothing_(o.label_smoothing),
        axis_(o.axis) {}
  std::string class_name() const override { return "BinaryFocalCrossentropy"; }
  std::string key() const override { return "binary_focal_crossentropy"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("from_logits", from_logits_, false);
    visitor.field("label_smoothing", label_smoothing_, 0.0);
    visitor.field("axis", axis_, Index(-1));
    visitor.field("apply_class_balancing", apply_class_balancing_, false);
    visitor.field("alpha", alpha_, 0.25);
    visitor.field("gamma", gamma_, 2.0);
  }
  void check() const override {
    check_share(*this, "label_smoothing", label_smoothing_);
    check_finite(*this, "alpha", alpha_);
    check_from(*this, "gamma", gamma_, 0);
  }
  Index axis() const override { return axis_; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }

  double value(double y, double yhat) const {
    const Parts s(*this, y, yhat);
    return s.weight * std::pow(1 - s.t, gamma_) * s.b;
  }
  double slope(double y, double yhat) const {
    const Parts s(*this, y, yhat);
    const double db = s.q == s.p ? (s.p - s.y) / (s.p * (1 - s.p)) : 0.0;
    const double dq =
        s.weight * (-gamma_ * std::pow(1 - s.t, gamma_ - 1) * (2 * s.y - 1) * s.b + std::pow(1 - s.t, gamma_) * db);
    return from_logits_ ? dq * s.q * (1 - s.q) : dq;
  }

 private:
  struct Parts {
    double y, q, p, b, t, weight;
    Parts(const BinaryFocalCrossentropyLoss& l, double target, double yhat)
        : y(target * (1 - l.label_smoothing_) + 0.5 * l.label_smoothing_),
          q(l.from_logits_ ? 1 / (1 + std::exp(-yhat)) : yhat),
          p(std::clamp(q, least_probability, most_probability)),
          b(-(y * std::log(p) + (1 - y) * std::log1p(-p))),
          t(y * q + (1 - y) * (1 - q)),
          weight(l.apply_class_balancing_ ? y * l.alpha_ + (1 - y) * (1 - l.alpha_) : 1) {}
  };
  bool apply_class_balancing_ = false;
  double alpha_ = 0.25, gamma_ = 2;
  bool from_logits_ = false;
  double label_smoothing_ = 0;
  Index axis_ = -1;
};

std::shared_ptr<Loss> make() { return std::make_shared<BinaryFocalCrossentropyLoss>(); }

}  // namespace

BinaryFocalCrossentropy::BinaryFocalCrossentropy(const BinaryFocalCrossentropyOptions& options)
    : LossRef(reduced(std::make_shared<BinaryFocalCrossentropyLoss>(options), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, binary_focal_crossentropy) {
  for (const char* name : {"binary_focal_crossentropy", "BinaryFocalCrossentropy"}) register_loss(name, make);
}
