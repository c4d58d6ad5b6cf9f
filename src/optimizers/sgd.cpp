// SGD, g the gradient:
//   w -= learning_rate g
//   momentum:  m <- momentum m - learning_rate g;   w += m,  or with nesterov  w += momentum m - learning_rate g
#include "rondo/optimizers/sgd.h"

#include "core/registry.h"
#include "core/words.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class SGDOptimizer final : public Optimizer {
 public:
  explicit SGDOptimizer(const SGDOptions& o = {}) : momentum_(o.momentum), nesterov_(o.nesterov) {
    set_learning_rate(o.learning_rate);
    common = common_of(o);
  }
  std::string class_name() const override { return "SGD"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.01);
    visitor.field("momentum", momentum_, 0.0);
    visitor.field("nesterov", nesterov_, false);
  }
  std::vector<std::vector<std::string>> slot_groups() const override {
    if (momentum_ == 0) return {};
    return {{"momentum"}};
  }
  void check() const override {
    Optimizer::check();
    if (!(momentum_ >= 0 && momentum_ <= 1))
      fail(Code::value, "SGD: momentum must lie between 0 and 1, got " + short_number(momentum_));
  }
  bool keeps_squares() const override { return false; }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  double momentum_;
  bool nesterov_;
};

template <Index N>
inline void plain(real* __restrict w, const real* __restrict g, real rate) noexcept {
  for (Index i = 0; i < N; ++i) w[i] -= g[i] * rate;
}

template <Index N>
inline void heavy(real* __restrict w, const real* __restrict g, real* __restrict m, real rate, real momentum) noexcept {
  for (Index i = 0; i < N; ++i) {
    m[i] = m[i] * momentum - g[i] * rate;
    w[i] += m[i];
  }
}

template <Index N>
inline void nesterov(real* __restrict w, const real* __restrict g, real* __restrict m, real rate, real momentum) noexcept {
  for (Index i = 0; i < N; ++i) {
    m[i] = m[i] * momentum - g[i] * rate;
    w[i] += m[i] * momentum - g[i] * rate;
  }
}

void SGDOptimizer::update(const Parameter& p, Index, double learning_rate_now) const noexcept {
  const real rate = static_cast<real>(learning_rate_now), momentum = static_cast<real>(momentum_);
  real* w = p.weight;
  const real* g = p.gradient;
  if (p.slots.empty()) {
    in_blocks(p.size, [=](Index i, auto n) { plain<n>(w + i, g + i, rate); });
    return;
  }
  real* m = p.slots[0];
  if (nesterov_) {
    in_blocks(p.size, [=](Index i, auto n) { nesterov<n>(w + i, g + i, m + i, rate, momentum); });
  } else {
    in_blocks(p.size, [=](Index i, auto n) { heavy<n>(w + i, g + i, m + i, rate, momentum); });
  }
}

std::shared_ptr<Optimizer> make() { return std::make_shared<SGDOptimizer>(); }

}  // namespace

SGD::SGD(const SGDOptions& options) : OptimizerRef(std::make_shared<SGDOptimizer>(options)) { (**this).check(); }

}  // namespace rondo

RONDO_REGISTER(optimizers, sgd) { register_optimizer("SGD", make); }
