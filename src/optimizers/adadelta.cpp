// Adadelta, as Keras writes it, g the gradient, rms(x) = sqrt(x + epsilon):
//   a <- rho a + (1 - rho) g^2        d = -rms(b) g / rms(a)        b <- rho b + (1 - rho) d^2        w += learning_rate d
#include "rondo/optimizers/adadelta.h"

#include <cmath>

#include "core/registry.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class AdadeltaOptimizer final : public Optimizer {
 public:
  explicit AdadeltaOptimizer(const AdadeltaOptions& o = {}) : rho_(o.rho), epsilon_(o.epsilon) {
    set_learning_rate(o.learning_rate);
    common = common_of(o);
  }
  std::string class_name() const override { return "Adadelta"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    visitor.field("rho", rho_, 0.95);
    visitor.field("epsilon", epsilon_, 1e-7);
  }
  std::vector<std::vector<std::string>> slot_groups() const override { return {{"accumulated_grad", "accumulated_delta_var"}}; }
  void check() const override {
    Optimizer::check();
    check_fraction(*this, "rho", rho_);
    check_epsilon(*this, epsilon_);
  }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  double rho_, epsilon_;
};

struct Rates {
  real rate, rho, rest, epsilon;  // rest: 1 - rho
};

template <Index N>
inline void move(real* __restrict w, const real* __restrict g, real* __restrict a, real* __restrict b, const Rates r) noexcept {
  for (Index i = 0; i < N; ++i) {
    a[i] = r.rho * a[i] + r.rest * (g[i] * g[i]);
    const real d = -(std::sqrt(b[i] + r.epsilon) * g[i] / std::sqrt(a[i] + r.epsilon));
    b[i] = r.rho * b[i] + r.rest * (d * d);
    w[i] += r.rate * d;
  }
}

void AdadeltaOptimizer::update(const Parameter& p, Index, double learning_rate_now) const noexcept {
  const Rates r{static_cast<real>(learning_rate_now), static_cast<real>(rho_), static_cast<real>(1 - rho_),
                static_cast<real>(epsilon_)};
  real *w = p.weight, *a = p.slots[0], *b = p.slots[1];
  const real* g = p.gradient;
  in_blocks(p.size, [=](Index i, auto n) { move<n>(w + i, g + i, a + i, b + i, r); });
}

std::shared_ptr<Optimizer> make() { return std::make_shared<AdadeltaOptimizer>(); }

}  // namespace

Adadelta::Adadelta(const AdadeltaOptions& options) : OptimizerRef(std::make_shared<AdadeltaOptimizer>(options)) {
  (**this).check();
}

}  // namespace rondo

RONDO_REGISTER(optimizers, adadelta) { register_optimizer("Adadelta", make); }
