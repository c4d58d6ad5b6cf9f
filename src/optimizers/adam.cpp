// Adam, as Keras writes it (epsilon outside the bias correction), g the gradient, t = 1, 2, ...:
//   m += (1 - beta_1) (g - m)        v += (1 - beta_2) (g^2 - v)        amsgrad: vhat = max(vhat, v), used for v below
//   w -= alpha m / (sqrt(v) + epsilon)        alpha = learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t)
#include "rondo/optimizers/adam.h"

#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class AdamOptimizer final : public Optimizer {
 public:
  explicit AdamOptimizer(const AdamOptions& o = {})
      : beta_1_(o.beta_1), beta_2_(o.beta_2), epsilon_(o.epsilon), amsgrad_(o.amsgrad) {
    learning_rate = o.learning_rate;
    common = common_of(o);
  }
  std::string class_name() const override { return "Adam"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    visitor.field("beta_1", beta_1_, 0.9);
    visitor.field("beta_2", beta_2_, 0.999);
    visitor.field("epsilon", epsilon_, 1e-7);
    visitor.field("amsgrad", amsgrad_, false);
  }
  std::vector<std::vector<std::string>> slot_groups() const override {
    if (amsgrad_) return {{"momentum", "velocity"}, {"velocity_hat"}};
    return {{"momentum", "velocity"}};
  }
  void check() const override {
    Optimizer::check();
    check_fraction(*this, "beta_1", beta_1_);
    check_fraction(*this, "beta_2", beta_2_);
    check_epsilon(*this, epsilon_);
  }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  double beta_1_, beta_2_, epsilon_;
  bool amsgrad_;
};

struct Rates {
  real one_1, one_2, alpha, epsilon;  // 1 - beta_1, 1 - beta_2, ...
};

template <Index N>
inline void plain(real* __restrict w, const real* __restrict g, real* __restrict m, real* __restrict v,
                  const Rates r) noexcept {
  for (Index i = 0; i < N; ++i) {
    m[i] += (g[i] - m[i]) * r.one_1;
    v[i] += (g[i] * g[i] - v[i]) * r.one_2;
    w[i] -= m[i] * r.alpha / (std::sqrt(v[i]) + r.epsilon);
  }
}

template <Index N>
inline void amsgrad(real* __restrict w, const real* __restrict g, real* __restrict m, real* __restrict v, real* __restrict hat,
                    const Rates r) noexcept {
  for (Index i = 0; i < N; ++i) {
    m[i] += (g[i] - m[i]) * r.one_1;
    v[i] += (g[i] * g[i] - v[i]) * r.one_2;
    hat[i] = hat[i] > v[i] ? hat[i] : v[i];
    w[i] -= m[i] * r.alpha / (std::sqrt(hat[i]) + r.epsilon);
  }
}

void AdamOptimizer::update(const Parameter& p, Index step, double rate) const noexcept {
  // Keras computes alpha in the weights' own precision: 1 - 0.999f differs from 0.001 by 1.3e-5 of itself.
  const auto power = [step](double beta) {
    return static_cast<real>(std::pow(static_cast<double>(static_cast<real>(beta)), static_cast<double>(step)));
  };
  const real alpha = static_cast<real>(rate) * std::sqrt(1 - power(beta_2_)) / (1 - power(beta_1_));
  const Rates r{static_cast<real>(1 - beta_1_), static_cast<real>(1 - beta_2_), alpha, static_cast<real>(epsilon_)};
  real *w = p.weight, *m = p.slots[0], *v = p.slots[1];
  const real* g = p.gradient;
  if (amsgrad_) {
    real* hat = p.slots[2];
    in_blocks(p.size, [=](Index i, auto n) { amsgrad<n>(w + i, g + i, m + i, v + i, hat + i, r); });
  } else {
    in_blocks(p.size, [=](Index i, auto n) { plain<n>(w + i, g + i, m + i, v + i, r); });
  }
}

std::shared_ptr<Optimizer> make() { return std::make_shared<AdamOptimizer>(); }

}  // namespace

Adam::Adam(const AdamOptions& options) : OptimizerRef(std::make_shared<AdamOptimizer>(options)) { (**this).check(); }

}  // namespace rondo

RONDO_REGISTER(optimizers, adam) { register_optimizer("Adam", make); }
