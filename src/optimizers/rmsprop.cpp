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
    learning_rate = o.learning_rate;
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

void RMSpropOptimizer::update(const Parameter& p, Index, double learning_rate_now) const noexcept {
  const real rate = static_cast<real>(learning_rate_now), epsilon = static_cast<real>(epsilon_);
  const real rho = static_cast<real>(rho_), rest = static_cast<real>(1 - rho_), momentum = static_cast<real>(momentum_);
  real* __restrict w = p.weight;
  const real* __restrict g = p.gradient;
  real* __restrict v = p.slots[0];
  real* __restrict m = momentum_ > 0 ? p.slots[1] : nullptr;
  real* __restrict a = centered_ ? p.slots[momentum_ > 0 ? 2 : 1] : nullptr;
  in_blocks(p.size, [=](Index first, auto count) {
    real u[decltype(count)::value];  // first what stands under the root, then the step
    for (Index k = 0; k < count; ++k) {
      v[first + k] = rho * v[first + k] + rest * (g[first + k] * g[first + k]);
      u[k] = v[first + k];
    }
    if (a) {
      for (Index k = 0; k < count; ++k) {
        a[first + k] = rho * a[first + k] + rest * g[first + k];
        u[k] -= a[first + k] * a[first + k];
      }
    }
    for (Index k = 0; k < count; ++k) u[k] = rate * g[first + k] / std::sqrt(u[k] + epsilon);
    if (m) {
      for (Index k = 0; k < count; ++k) {
        m[first + k] = momentum * m[first + k] + u[k];
        u[k] = m[first + k];
      }
    }
    for (Index k = 0; k < count; ++k) w[first + k] -= u[k];
  });
}

std::shared_ptr<Optimizer> make() { return std::make_shared<RMSpropOptimizer>(); }

}  // namespace

RMSprop::RMSprop(const RMSpropOptions& options) : OptimizerRef(std::make_shared<RMSpropOptimizer>(options)) {
  (**this).check();
}

}  // namespace rondo

RONDO_REGISTER(optimizers, rmsprop) { register_optimizer("RMSprop", make); }
