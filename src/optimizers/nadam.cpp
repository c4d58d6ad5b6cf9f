// Nadam, as Keras writes it, g the gradient, t = 1, 2, ...:
//   mu(t) = beta_1 (1 - 0.96^t / 2)        P <- P mu(t), one number for all weights: mu(1) mu(2) ... mu(t)
//   m += (1 - beta_1) (g - m)        v += (1 - beta_2) (g^2 - v)
//   mhat = mu(t + 1) m / (1 - P mu(t + 1)) + (1 - mu(t)) g / (1 - P)        vhat = v / (1 - beta_2^t)
//   w -= learning_rate mhat / (sqrt(vhat) + epsilon)
#include "rondo/optimizers/nadam.h"

#include <cmath>

#include "core/registry.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class NadamOptimizer final : public Optimizer {
 public:
  explicit NadamOptimizer(const NadamOptions& o = {}) : beta_1_(o.beta_1), beta_2_(o.beta_2), epsilon_(o.epsilon) {
    set_learning_rate(o.learning_rate);
    common = common_of(o);
  }
  std::string class_name() const override { return "Nadam"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    visitor.field("beta_1", beta_1_, 0.9);
    visitor.field("beta_2", beta_2_, 0.999);
    visitor.field("epsilon", epsilon_, 1e-7);
  }
  std::vector<std::vector<std::string>> slot_groups() const override { return {{"momentum", "velocity"}}; }
  std::vector<std::string> shared_slots() const override { return {"product"}; }
  void begin_step(std::span<real* const> product, Index step) const noexcept override { *product[0] *= mu(step); }
  void check() const override {
    Optimizer::check();
    check_fraction(*this, "beta_1", beta_1_);
    check_fraction(*this, "beta_2", beta_2_);
    check_epsilon(*this, epsilon_);
  }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  real mu(Index step) const noexcept { return static_cast<real>(beta_1_) * (1 - real(0.5) * power(0.96, step)); }
  double beta_1_, beta_2_, epsilon_;
};

struct Rates {
  real rate, one_1, one_2;  // 1 - beta_1, 1 - beta_2
  real next, next_bias;     // mu(t + 1), 1 - P mu(t + 1)
  real now, now_bias;       // 1 - mu(t), 1 - P
  real bias_2, epsilon;     // 1 - beta_2^t
};

template <Index N>
inline void move(real* __restrict w, const real* __restrict g, real* __restrict m, real* __restrict v, const Rates r) noexcept {
  for (Index i = 0; i < N; ++i) {
    m[i] += (g[i] - m[i]) * r.one_1;
    v[i] += (g[i] * g[i] - v[i]) * r.one_2;
    const real ahead = r.next * m[i] / r.next_bias + r.now * g[i] / r.now_bias;
    w[i] -= ahead * r.rate / (std::sqrt(v[i] / r.bias_2) + r.epsilon);
  }
}

void NadamOptimizer::update(const Parameter& p, Index step, double learning_rate_now) const noexcept {
  const real product = *p.slots[2], next = mu(step + 1), now = mu(step);
  const Rates r{static_cast<real>(learning_rate_now),
                1 - static_cast<real>(beta_1_),
                1 - static_cast<real>(beta_2_),
                next,
                1 - product * next,
                1 - now,
                1 - product,
                1 - power(beta_2_, step),
                static_cast<real>(epsilon_)};
  real *w = p.weight, *m = p.slots[0], *v = p.slots[1];
  const real* g = p.gradient;
  in_blocks(p.size, [=](Index i, auto n) { move<n>(w + i, g + i, m + i, v + i, r); });
}

std::shared_ptr<Optimizer> make() { return std::make_shared<NadamOptimizer>(); }

}  // namespace

Nadam::Nadam(const NadamOptions& options) : OptimizerRef(std::make_shared<NadamOptimizer>(options)) { (**this).check(); }

}  // namespace rondo

RONDO_REGISTER(optimizers, nadam) { register_optimizer("Nadam", make); }
