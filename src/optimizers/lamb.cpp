// Lamb, as Keras writes it, g the gradient, t = 1, 2, ...:
//   m += (1 - beta_1) (g - m)        v += (1 - beta_2) (g^2 - v)
//   u = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon)
//   w -= ratio learning_rate u        ratio = |w| / |u| over the whole weight, 1 where one of them is 0
#include "rondo/optimizers/lamb.h"

#include <cmath>

#include "core/registry.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class LambOptimizer final : public Optimizer {
 public:
  explicit LambOptimizer(const LambOptions& o = {}) : beta_1_(o.beta_1), beta_2_(o.beta_2), epsilon_(o.epsilon) {
    set_learning_rate(o.learning_rate);
    common = common_of(o);
  }
  std::string class_name() const override { return "Lamb"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    visitor.field("beta_1", beta_1_, 0.9);
    visitor.field("beta_2", beta_2_, 0.999);
    visitor.field("epsilon", epsilon_, 1e-7);
  }
  std::vector<std::vector<std::string>> slot_groups() const override { return {{"momentum", "velocity"}}; }
  void check() const override {
    Optimizer::check();
    check_fraction(*this, "beta_1", beta_1_);
    check_fraction(*this, "beta_2", beta_2_);
    check_epsilon(*this, epsilon_);
  }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  double beta_1_, beta_2_, epsilon_;
};

void LambOptimizer::update(const Parameter& p, Index step, double learning_rate_now) const noexcept {
  const real one_1 = static_cast<real>(1 - beta_1_), one_2 = static_cast<real>(1 - beta_2_);
  const real bias_1 = 1 - power(beta_1_, step), bias_2 = 1 - power(beta_2_, step), epsilon = static_cast<real>(epsilon_);
  real *w = p.weight, *m = p.slots[0], *v = p.slots[1];
  const auto direction = [=](Index i) { return m[i] / bias_1 / (std::sqrt(v[i] / bias_2) + epsilon); };
  double weight = 0, length = 0;  // squares, in order
  for (Index i = 0; i < p.size; ++i) {
    const real g = p.gradient[i];
    m[i] += (g - m[i]) * one_1;
    v[i] += (g * g - v[i]) * one_2;
    const double u = static_cast<double>(direction(i)), old = static_cast<double>(w[i]);
    weight += old * old;
    length += u * u;
  }
  const real ratio = weight > 0 && length > 0 ? static_cast<real>(std::sqrt(weight) / std::sqrt(length)) : real(1);
  const real rate = ratio * static_cast<real>(learning_rate_now);
  for (Index i = 0; i < p.size; ++i) w[i] -= rate * direction(i);
}

std::shared_ptr<Optimizer> make() { return std::make_shared<LambOptimizer>(); }

}  // namespace

Lamb::Lamb(const LambOptions& options) : OptimizerRef(std::make_shared<LambOptimizer>(options)) { (**this).check(); }

}  // namespace rondo

RONDO_REGISTER(optimizers, lamb) { register_optimizer("Lamb", make); }
