// RMSprop, as Keras writes it (epsilon inside the root), g the gradient:
//   v <- rho v + (1 - rho) g^2        centered: a <- rho a + (1 - rho) g,  and v - a^2 stands for v below
//   u = learning_rate g / sqrt(v + epsilon)
//   w -= u,  or with momentum  m <- momentum m + u;  w -= m
#include "rondo/optimizers/rmsprop.h"

#include <cmath>

#include "core/registry.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class RMSpropOptimizer final : public Optimizer {
 public:
  explicit RMSpropOptimizer(const RMSpropOptions& o = {})
      : rho_(o.rho), momentum_(o.momentum), epsilon_(o.epsilon), centered_(o.centered) {
    set_learning_rate(o.learning_rate);
    common = common_of(o);
  }
  std::string class_name() const override { return "RMSprop"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    visitor.field("rho", rho_, 0.9);
    visitor.field("momentum", momentum_, 0.0);
    visitor.field("epsilon", epsilon_, 1e-7);
    visitor.field("centered", centered_, false);
  }
  std::vector<std::vector<std::string>> slot_groups() const override {
    std::vector<std::vector<std::string>> groups = {{"velocity"}};
    if (momentum_ > 0) groups.push_back({"momentum"});
    if (centered_) groups.push_back({"average_gradient"});
    return groups;
  }
  void check() const override {
    Optimizer::check();
    check_fraction(*this, "rho", rho_);
    check_fraction(*this, "momentum", momentum_);
    check_epsilon(*this, epsilon_);
  }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  double rho_, momentum_, epsilon_;
  bool centered_;
};

struct Rates {
  real rate, rho, rest, momentum, epsilon;  // rest: 1 - rho
};

template <Index N>
inline void average(real* __restrict v, const real* __restrict g, real* __restrict root, const Rates r) noexcept {
  for (Index i = 0; i < N; ++i) {
    v[i] = r.rho * v[i] + r.rest * (g[i] * g[i]);
    root[i] = v[i];
  }
}

template <Index N>
inline void center(real* __restrict a, const real* __restrict g, real* __restrict root, const Rates r) noexcept {
  for (Index i = 0; i < N; ++i) {
    a[i] = r.rho * a[i] + r.rest * g[i];
    root[i] -= a[i] * a[i];
  }
}

template <Index N>
inline void plain(real* __restrict w, const real* __restrict g, const real* __restrict root, const Rates r) noexcept {
  for (Index i = 0; i < N; ++i) w[i] -= r.rate * g[i] / std::sqrt(root[i] + r.epsilon);
}

template <Index N>
inline void heavy(real* __restrict w, const real* __restrict g, real* __restrict m, const real* __restrict root,
                  const Rates r) noexcept {
  for (Index i = 0; i < N; ++i) {
    m[i] = r.momentum * m[i] + r.rate * g[i] / std::sqrt(root[i] + r.epsilon);
    w[i] -= m[i];
  }
}

void RMSpropOptimizer::update(const Parameter& p, Index, double learning_rate_now) const noexcept {
  const Rates r{static_cast<real>(learning_rate_now), static_cast<real>(rho_), static_cast<real>(1 - rho_),
                static_cast<real>(momentum_), static_cast<real>(epsilon_)};
  real *w = p.weight, *v = p.slots[0];
  const real* g = p.gradient;
  real* m = momentum_ > 0 ? p.slots[1] : nullptr;
  real* a = centered_ ? p.slots[momentum_ > 0 ? 2 : 1] : nullptr;
  in_blocks(p.size, [=](Index i, auto n) {
    real root[n];  // what stands under it
    average<n>(v + i, g + i, root, r);
    if (a) center<n>(a + i, g + i, root, r);
    if (m) {
      heavy<n>(w + i, g + i, m + i, root, r);
    } else {
      plain<n>(w + i, g + i, root, r);
    }
  });
}

std::shared_ptr<Optimizer> make() { return std::make_shared<RMSpropOptimizer>(); }

}  // namespace

RMSprop::RMSprop(const RMSpropOptions& options) : OptimizerRef(std::make_shared<RMSpropOptimizer>(options)) {
  (**this).check();
}

}  // namespace rondo

RONDO_REGISTER(optimizers, rmsprop) { register_optimizer("RMSprop", make); }
