// Tversky loss, with I = sum y yhat, Y = sum y, P = sum yhat over the whole batch, or along the axes given (base/overlap.h). As
// in Keras, alpha weighs what is so and is not said (Y - I), beta what is said and is not so (P - I):
//   D = I + alpha (Y - I) + beta (P - I) + 1e-7        loss = 1 - I / D
//   by I: -(D - I (1 - alpha - beta)) / D^2        by P: beta I / D^2
#include "losses/base/overlap.h"
#include "rondo/losses/overlap.h"

namespace rondo {
namespace {

class TverskyLoss final : public OverlapLoss<TverskyLoss> {
 public:
  TverskyLoss() = default;
  explicit TverskyLoss(const TverskyOptions& o) : OverlapLoss(o.axis), alpha_(o.alpha), beta_(o.beta) {}
  std::string class_name() const override { return "Tversky"; }
  std::string key() const override { return "tversky"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("alpha", alpha_, 0.5);
    visitor.field("beta", beta_, 0.5);
    visitor.field("axis", axes_, {});
  }
  void check() const override {
    check_from(*this, "alpha", alpha_, 0);
    check_from(*this, "beta", beta_, 0);
  }

  double value(const Overlap& s) const { return 1 - s.i / all(s); }
  Overlap slopes(const Overlap& s) const {
    const double d = all(s);
    return {-(d - s.i * (1 - alpha_ - beta_)) / (d * d), 0, beta_ * s.i / (d * d)};
  }

 private:
  double all(const Overlap& s) const { return s.i + alpha_ * (s.y - s.i) + beta_ * (s.p - s.i) + 1e-7; }
  double alpha_ = 0.5, beta_ = 0.5;
};

std::shared_ptr<Loss> make() { return std::make_shared<TverskyLoss>(); }

}  // namespace

Tversky::Tversky(const TverskyOptions& options) : LossRef(reduced(std::make_shared<TverskyLoss>(options), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, tversky) {
  for (const char* name : {"tversky", "Tversky"}) register_loss(name, make);
}
