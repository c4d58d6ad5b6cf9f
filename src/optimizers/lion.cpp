// Lion, g the gradient:
//   w -= learning_rate sign(beta_1 m + (1 - beta_1) g)        m <- beta_2 m + (1 - beta_2) g
#include "rondo/optimizers/lion.h"

#include "core/registry.h"
#include "core/words.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class LionOptimizer final : public Optimizer {
 public:
  explicit LionOptimizer(const LionOptions& o = {}) : beta_1_(o.beta_1), beta_2_(o.beta_2) {
    set_learning_rate(o.learning_rate);
    common = common_of(o);
  }
  std::string class_name() const override { return "Lion"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    visitor.field("beta_1", beta_1_, 0.9);
    visitor.field("beta_2", beta_2_, 0.99);
  }
  std::vector<std::vector<std::string>> slot_groups() const override { return {{"momentum"}}; }
  void check() const override {
    Optimizer::check();
    // With beta_1 = 0 it would be descent by sign alone, which Keras refuses, too.
    if (!(beta_1_ > 0 && beta_1_ <= 1))
      fail(Code::value, "Lion: beta_1 must be above 0 and at most 1, got " + short_number(beta_1_));
    check_fraction(*this, "beta_2", beta_2_);
  }
  bool keeps_squares() const override { return false; }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  double beta_1_, beta_2_;
};

template <Index N>
inline void move(real* __restrict w, const real* __restrict g, real* __restrict m, real rate, real beta_1,
                 real beta_2) noexcept {
  for (Index i = 0; i < N; ++i) {
    const real toward = m[i] * beta_1 + g[i] * (1 - beta_1);
    w[i] -= rate * static_cast<real>((toward > 0) - (toward < 0));
    m[i] = m[i] * beta_2 + g[i] * (1 - beta_2);
  }
}

void LionOptimizer::update(const Parameter& p, Index, double learning_rate_now) const noexcept {
  const real rate = static_cast<real>(learning_rate_now), beta_1 = static_cast<real>(beta_1_),
             beta_2 = static_cast<real>(beta_2_);
  real *w = p.weight, *m = p.slots[0];
  const real* g = p.gradient;
  in_blocks(p.size, [=](Index i, auto n) { move<n>(w + i, g + i, m + i, rate, beta_1, beta_2); });
}

std::shared_ptr<Optimizer> make() { return std::make_shared<LionOptimizer>(); }

}  // namespace

Lion::Lion(const LionOptions& options) : OptimizerRef(std::make_shared<LionOptimizer>(options)) { (**this).check(); }

}  // namespace rondo

RONDO_REGISTER(optimizers, lion) { register_optimizer("Lion", make); }
