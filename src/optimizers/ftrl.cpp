// Ftrl, as Keras writes it, g the gradient, q = -learning_rate_power, a born as initial_accumulator_value:
//   n = a + g^2        z += g + 2 shrinkage w - (n^q - a^q) / learning_rate w        a <- n
//   w = (clip(z, -l1, l1) - z) / (n^q / learning_rate + 2 (l2 + beta / (2 learning_rate)))
#include "rondo/optimizers/ftrl.h"

#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "core/words.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class FtrlOptimizer final : public Optimizer {
 public:
  explicit FtrlOptimizer(const FtrlOptions& o = {})
      : power_(o.learning_rate_power),
        start_(o.initial_accumulator_value),
        l1_(o.l1_regularization_strength),
        l2_(o.l2_regularization_strength),
        shrinkage_(o.l2_shrinkage_regularization_strength),
        beta_(o.beta) {
    set_learning_rate(o.learning_rate);
    common = common_of(o);
  }
  std::string class_name() const override { return "Ftrl"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    visitor.field("learning_rate_power", power_, -0.5);
    visitor.field("initial_accumulator_value", start_, 0.1);
    visitor.field("l1_regularization_strength", l1_, 0.0);
    visitor.field("l2_regularization_strength", l2_, 0.0);
    visitor.field("l2_shrinkage_regularization_strength", shrinkage_, 0.0);
    visitor.field("beta", beta_, 0.0);
  }
  std::vector<std::vector<std::string>> slot_groups() const override { return {{"accumulator", "linear"}}; }
  double slot_start(std::size_t k) const override { return k == 0 ? start_ : 0; }
  void check() const override {
    Optimizer::check();
    if (!(power_ <= 0 && std::isfinite(power_)))
      fail(Code::value, "Ftrl: learning_rate_power must be 0 or negative, got " + short_number(power_));
    check_not_negative(*this, "initial_accumulator_value", start_);
    check_not_negative(*this, "l1_regularization_strength", l1_);
    check_not_negative(*this, "l2_regularization_strength", l2_);
    check_not_negative(*this, "l2_shrinkage_regularization_strength", shrinkage_);
    if (!std::isfinite(beta_)) fail(Code::value, "Ftrl: beta must be a finite number, got " + short_number(beta_));
    if (learning_rate == 0) fail(Code::value, "Ftrl: learning_rate is 0 and must not be, because Ftrl divides by it");
  }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  double power_, start_, l1_, l2_, shrinkage_, beta_;
};

void FtrlOptimizer::update(const Parameter& p, Index, double learning_rate_now) const noexcept {
  const real rate = static_cast<real>(learning_rate_now), l1 = static_cast<real>(l1_), q = static_cast<real>(-power_);
  const real twice_shrinkage = static_cast<real>(2 * shrinkage_);
  const real twice_l2 = 2 * (static_cast<real>(l2_) + static_cast<real>(beta_) / (2 * rate));
  real *w = p.weight, *a = p.slots[0], *z = p.slots[1];
  const auto raised = [q](real x) { return q == real(0.5) ? std::sqrt(x) : std::pow(x, q); };
  for (Index i = 0; i < p.size; ++i) {
    const real g = p.gradient[i];
    const real n = a[i] + g * g, top = raised(n);
    z[i] += (g + twice_shrinkage * w[i]) - (top - raised(a[i])) / rate * w[i];
    w[i] = (std::clamp(z[i], -l1, l1) - z[i]) / (top / rate + twice_l2);
    a[i] = n;
  }
}

std::shared_ptr<Optimizer> make() { return std::make_shared<FtrlOptimizer>(); }

}  // namespace

Ftrl::Ftrl(const FtrlOptions& options) : OptimizerRef(std::make_shared<FtrlOptimizer>(options)) { (**this).check(); }

}  // namespace rondo

RONDO_REGISTER(optimizers, ftrl) { register_optimizer("Ftrl", make); }
