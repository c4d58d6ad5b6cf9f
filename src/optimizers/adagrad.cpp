// Adagrad, as Keras writes it (epsilon inside the root), g the gradient, a born as initial_accumulator_value:
//   a += g^2        w -= learning_rate g / sqrt(a + epsilon)
#include "rondo/optimizers/adagrad.h"

#include <cmath>

#include "core/registry.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class AdagradOptimizer final : public Optimizer {
 public:
  explicit AdagradOptimizer(const AdagradOptions& o = {}) : start_(o.initial_accumulator_value), epsilon_(o.epsilon) {
    set_learning_rate(o.learning_rate);
    common = common_of(o);
  }
  std::string class_name() const override { return "Adagrad"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    visitor.field("initial_accumulator_value", start_, 0.1);
    visitor.field("epsilon", epsilon_, 1e-7);
  }
  std::vector<std::vector<std::string>> slot_groups() const override { return {{"accumulator"}}; }
  double slot_start(std::size_t) const override { return start_; }
  void check() const override {
    Optimizer::check();
    check_not_negative(*this, "initial_accumulator_value", start_);
    check_epsilon(*this, epsilon_);
  }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  double start_, epsilon_;
};

template <Index N>
inline void move(real* __restrict w, const real* __restrict g, real* __restrict a, real rate, real epsilon) noexcept {
  for (Index i = 0; i < N; ++i) {
    a[i] += g[i] * g[i];
    w[i] -= rate * g[i] / std::sqrt(a[i] + epsilon);
  }
}

void AdagradOptimizer::update(const Parameter& p, Index, double learning_rate_now) const noexcept {
  const real rate = static_cast<real>(learning_rate_now), epsilon = static_cast<real>(epsilon_);
  real *w = p.weight, *a = p.slots[0];
  const real* g = p.gradient;
  in_blocks(p.size, [=](Index i, auto n) { move<n>(w + i, g + i, a + i, rate, epsilon); });
}

std::shared_ptr<Optimizer> make() { return std::make_shared<AdagradOptimizer>(); }

}  // namespace

Adagrad::Adagrad(const AdagradOptions& options) : OptimizerRef(std::make_shared<AdagradOptimizer>(options)) {
  (**this).check();
}

}  // namespace rondo

RONDO_REGISTER(optimizers, adagrad) { register_optimizer("Adagrad", make); }
