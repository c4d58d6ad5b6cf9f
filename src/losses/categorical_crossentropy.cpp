// Categorical crossentropy over the row of C classes, y smoothed first: y <- y (1 - s) + s / C, s being label_smoothing.
//   p = clip(yhat / sum yhat, 1e-7, 1 - 1e-7), or softmax(yhat) from_logits:  loss = -sum y log p        (base/categorical.h)

#include "core/registry.h"
#include "losses/base/categorical.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class CategoricalCrossentropyLoss final : public Loss {
 public:
  CategoricalCrossentropyLoss() = default;
  explicit CategoricalCrossentropyLoss(const CategoricalCrossentropyOptions& o)
      : from_logits_(o.from_logits), label_smoothing_(o.label_smoothing), axis_(o.axis) {}
  std::string class_name() const override { return "CategoricalCrossentropy"; }
  std::string key() const override { return "categorical_crossentropy"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("from_logits", from_logits_, false);
    visitor.field("label_smoothing", label_smoothing_, 0.0);
    visitor.field("axis", axis_, Index(-1));
  }
  void check() const override { check_share(*this, "label_smoothing", label_smoothing_); }
  void check_width(Index width) const override { check_classes(*this, width); }
  Index axis() const override { return axis_; }
  void check_output(const Shape& output) const override {
    Loss::check_output(output);
    check_smoothing(*this, output, axis_, label_smoothing_);
  }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    const double share = label_smoothing_ / static_cast<double>(n);
    return crossentropy(from_logits_, yhat, n, d, scale,
                        [&](Index i) { return static_cast<double>(y[i]) * (1 - label_smoothing_) + share; });
  }

 private:
  bool from_logits_ = false;
  double label_smoothing_ = 0;
  Index axis_ = -1;
};

std::shared_ptr<Loss> make() { return std::make_shared<CategoricalCrossentropyLoss>(); }

}  // namespace

CategoricalCrossentropy::CategoricalCrossentropy(const CategoricalCrossentropyOptions& options)
    : LossRef(reduced(std::make_shared<CategoricalCrossentropyLoss>(options), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, categorical_crossentropy) {
  for (const char* name : {"categorical_crossentropy", "CategoricalCrossentropy"}) register_loss(name, make);
}
