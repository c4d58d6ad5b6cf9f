// Adamax, as Keras writes it, g the gradient, t = 1, 2, ...:
//   m += (1 - beta_1) (g - m)        u <- max(beta_2 u, |g|)
//   w -= learning_rate m / ((1 - beta_1^t) (u + epsilon))
#include "rondo/optimizers/adamax.h"

#include <cmath>

#include "core/registry.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class AdamaxOptimizer final : public Optimizer {
 public:
  explicit AdamaxOptimizer(const AdamaxOptions& o = {}) : beta_1_(o.beta_1), beta_2_(o.beta_2), epsilon_(o.epsilon) {
    set_learning_rate(o.learning_rate);
    common = common_of(o);
  }
  std::string class_name() const override { return "Adamax"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    visitor.field("beta_1", beta_1_, 0.9);
    visitor.field("beta_2", beta_2_, 0.999);
    visitor.field("epsilon", epsilon_, 1e-7);
  }
  std::vector<std::vector<std::string>> slot_groups() const override { return {{"momentum", "norm"}}; }
  void check() const override {
    Optimizer::check();
    check_fraction(*this, "beta_1", beta_1_);
    check_fraction(*this, "beta_2", beta_2_);
    check_epsilon(*this, epsilon_);
  }
  bool keeps_squares() const override { return false; }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  double beta_1_, beta_2_, epsilon_;
};

struct Rates {
  real rate, one_1, beta_2, bias, epsilon;  // one_1: 1 - beta_1; bias: 1 - beta_1^t
};

template <Index N>
inline void move(real* __restrict w, const real* __restrict g, real* __restrict m, real* __restrict u, const Rates r) noexcept {
  for (Index i = 0; i < N; ++i) {
    m[i] += (g[i] - m[i]) * r.one_1;
    const real old = r.beta_2 * u[i], size = std::abs(g[i]);
    u[i] = old > size ? old : size;
    w[i] -= r.rate * m[i] / (r.bias * (u[i] + r.epsilon));
  }
}

void AdamaxOptimizer::update(const Parameter& p, Index step, double learning_rate_now) const noexcept {
  const Rates r{static_cast<real>(learning_rate_now), static_cast<real>(1 - beta_1_), static_cast<real>(beta_2_),
                1 - power(beta_1_, step), static_cast<real>(epsilon_)};
  real *w = p.weight, *m = p.slots[0], *u = p.slots[1];
  const real* g = p.gradient;
  in_blocks(p.size, [=](Index i, auto n) { move<n>(w + i, g + i, m + i, u + i, r); });
}

std::shared_ptr<Optimizer> make() { return std::make_shared<AdamaxOptimizer>(); }

}  // namespace

Adamax::Adamax(const AdamaxOptions& options) : OptimizerRef(std::make_shared<AdamaxOptimizer>(options)) { (**this).check(); }

}  // namespace rondo

RONDO_REGISTER(optimizers, adamax) { register_optimizer("Adamax", make); }
