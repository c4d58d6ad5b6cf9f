// Categorical focal crossentropy over the row of C classes: y <- y (1 - s) + s / C; q = yhat, or softmax(yhat) from_logits;
// p = clip(q / sum q, 1e-7, 1 - 1e-7).
//   loss = -alpha sum y (1 - p)^gamma log p
// The slope by p goes through the clip, the division by the sum and the softmax, in turn.
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/categorical.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class CategoricalFocalCrossentropyLoss final : public Loss {
 public:
  CategoricalFocalCrossentropyLoss() = default;
  explicit CategoricalFocalCrossentropyLoss(const CategoricalFocalCrossentropyOptions& o)
      : alpha_(o.alpha), gamma_(o.gamma), from_logits_(o.from_logits), label_smoothing_(o.label_smoothing), axis_(o.axis) {}
  std::string class_name() const override { return "CategoricalFocalCrossentropy"; }
  std::string key() const override { return "categorical_focal_crossentropy"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("from_logits", from_logits_, false);
    visitor.field("label_smoothing", label_smoothing_, 0.0);
    visitor.field("axis", axis_, Index(-1));
    visitor.field("alpha", alpha_, 0.25);
    visitor.field("gamma", gamma_, 2.0);
  }
  void check() const override {
    check_share(*this, "label_smoothing", label_smoothing_);
    check_finite(*this, "alpha", alpha_);
    check_from(*this, "gamma", gamma_, 0);
  }
  void check_width(Index width) const override { check_classes(*this, width); }
  Index axis() const override { return axis_; }
  void check_output(const Shape& output) const override {
    Loss::check_output(output);
    check_smoothing(*this, output, axis_, label_smoothing_);
  }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    double top = 0, sum = 0;
    if (from_logits_) top = static_cast<double>(*std::max_element(yhat, yhat + n));
    const auto raw = [&](Index i) {
      const double v = static_cast<double>(yhat[i]);
      return from_logits_ ? std::exp(v - top) : v;
    };
    for (Index i = 0; i < n; ++i) sum += raw(i);
    const double share = label_smoothing_ / static_cast<double>(n);
    const auto target = [&](Index i) { return static_cast<double>(y[i]) * (1 - label_smoothing_) + share; };
    const auto by_p = [&](Index i) {  // d loss / d (q / sum q)
      const double u = raw(i) / sum;
      if (u < least_probability || u > most_probability) return 0.0;
      return -alpha_ * target(i) * (std::pow(1 - u, gamma_) / u - gamma_ * std::pow(1 - u, gamma_ - 1) * std::log(u));
    };
    double loss = 0, along = 0;
    for (Index i = 0; i < n; ++i) {
      const double p = std::clamp(raw(i) / sum, least_probability, most_probability);
      loss -= alpha_ * target(i) * std::pow(1 - p, gamma_) * std::log(p);
      if (d) along += by_p(i) * raw(i) / sum;
    }
    if (d) {
      for (Index i = 0; i < n; ++i) {
        d[i] = static_cast<real>(scale * (by_p(i) - along) * (from_logits_ ? raw(i) : 1.0) / sum);
      }
    }
    return loss;
  }

 private:
  double alpha_ = 0.25, gamma_ = 2;
  bool from_logits_ = false;
  double label_smoothing_ = 0;
  Index axis_ = -1;
};

std::shared_ptr<Loss> make() { return std::make_shared<CategoricalFocalCrossentropyLoss>(); }

}  // namespace

CategoricalFocalCrossentropy::CategoricalFocalCrossentropy(const CategoricalFocalCrossentropyOptions& options)
    : LossRef(reduced(std::make_shared<CategoricalFocalCrossentropyLoss>(options), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, categorical_focal_crossentropy) {
  for (const char* name : {"categorical_focal_crossentropy", "CategoricalFocalCrossentropy"}) register_loss(name, make);
}
