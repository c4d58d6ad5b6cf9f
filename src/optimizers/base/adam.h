// Adam, as Keras writes it (epsilon outside the bias correction), g the gradient, t = 1, 2, ...:
//   m += (1 - beta_1) (g - m)        v += (1 - beta_2) (g^2 - v)        amsgrad: vhat = max(vhat, v), used for v below
//   w -= alpha m / (sqrt(v) + epsilon)        alpha = learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t)
#pragma once

#include <cmath>

#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {

class AdamOptimizer : public Optimizer {
 public:
  template <class Options>
  explicit AdamOptimizer(const Options& o) : beta_1_(o.beta_1), beta_2_(o.beta_2), epsilon_(o.epsilon), amsgrad_(o.amsgrad) {
    learning_rate = o.learning_rate.value;  // check() names AdamW; a constructor's class_name() would not
    schedule = o.learning_rate.schedule;
    common = common_of(o);
  }
  std::string class_name() const override { return "Adam"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    describe_own(visitor);
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

 protected:
  void describe_own(ConfigVisitor& visitor) {
    visitor.field("beta_1", beta_1_, 0.9);
    visitor.field("beta_2", beta_2_, 0.999);
    visitor.field("epsilon", epsilon_, 1e-7);
    visitor.field("amsgrad", amsgrad_, false);
  }

 private:
  double beta_1_, beta_2_, epsilon_;
  bool amsgrad_;
};

namespace adam {

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

}  // namespace adam

inline void AdamOptimizer::update(const Parameter& p, Index step, double rate) const noexcept {
  const real alpha = static_cast<real>(rate) * std::sqrt(1 - power(beta_2_, step)) / (1 - power(beta_1_, step));
  const adam::Rates r{static_cast<real>(1 - beta_1_), static_cast<real>(1 - beta_2_), alpha, static_cast<real>(epsilon_)};
  real *w = p.weight, *m = p.slots[0], *v = p.slots[1];
  const real* g = p.gradient;
  if (amsgrad_) {
    real* hat = p.slots[2];
    in_blocks(p.size, [=](Index i, auto n) { adam::amsgrad<n>(w + i, g + i, m + i, v + i, hat + i, r); });
  } else {
    in_blocks(p.size, [=](Index i, auto n) { adam::plain<n>(w + i, g + i, m + i, v + i, r); });
  }
}

}  // namespace rondo
