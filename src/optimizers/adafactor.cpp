// Adafactor, as Keras writes it, g the gradient, t = 1, 2, ..., rms the root of the mean square over the whole weight:
//   rho = min(learning_rate, 1 / sqrt(t))        alpha = rho max(epsilon_2, rms(w))        b = 1 - t^beta_2_decay
//   s = g^2 + epsilon_1;  a weight with two axes or more, by its last two:
//     r <- b r + (1 - b) mean of s over the last axis        c <- b c + (1 - b) mean of s over the last but one
//     v = r c / mean(r)
//   any other:  v <- b v + (1 - b) s
//   u = g / sqrt(v)        w -= alpha u / max(1, rms(u) / clip_threshold)
// relative_step changes nothing: rho has the same minimum in it. It is kept for Keras's config.
#include "rondo/optimizers/adafactor.h"

#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "core/words.h"
#include "optimizers/base/common.h"
#include "optimizers/base/vector.h"

namespace rondo {
namespace {

class AdafactorOptimizer final : public Optimizer {
 public:
  explicit AdafactorOptimizer(const AdafactorOptions& o = {})
      : beta_2_decay_(o.beta_2_decay),
        epsilon_1_(o.epsilon_1),
        epsilon_2_(o.epsilon_2),
        clip_threshold_(o.clip_threshold),
        relative_step_(o.relative_step) {
    set_learning_rate(o.learning_rate);
    common = common_of(o);
  }
  std::string class_name() const override { return "Adafactor"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001);
    visitor.field("beta_2_decay", beta_2_decay_, -0.8);
    visitor.field("epsilon_1", epsilon_1_, 1e-30);
    visitor.field("epsilon_2", epsilon_2_, 1e-3);
    visitor.field("clip_threshold", clip_threshold_, 1.0);
    visitor.field("relative_step", relative_step_, true);
  }
  std::vector<std::vector<std::string>> slot_groups() const override { return {{"row", "column", "velocity"}}; }
  // A weight of one axis has no row and column: Keras keeps single numbers in their places.
  Shape slot_shape(std::size_t k, const Shape& weight) const override {
    if (k == 2) return weight;
    if (weight.rank() < 2) return {};
    std::vector<Index> sizes(weight.begin(), weight.end());
    sizes.erase(sizes.end() - (k == 0 ? 1 : 2));
    return Shape(sizes);
  }
  void check() const override {
    Optimizer::check();
    if (!(beta_2_decay_ <= 0 && std::isfinite(beta_2_decay_)))
      fail(Code::value, "Adafactor: beta_2_decay must be 0 or negative, got " + short_number(beta_2_decay_));
    check_not_negative(*this, "epsilon_1", epsilon_1_);
    check_not_negative(*this, "epsilon_2", epsilon_2_);
    if (!(clip_threshold_ > 0))
      fail(Code::value, "Adafactor: clip_threshold must be above 0, got " + short_number(clip_threshold_));
  }
  void update(const Parameter& p, Index step, double rate) const noexcept override;

 private:
  double beta_2_decay_, epsilon_1_, epsilon_2_, clip_threshold_;
  bool relative_step_;
};

void AdafactorOptimizer::update(const Parameter& p, Index step, double learning_rate_now) const noexcept {
  const real t = static_cast<real>(step);
  const real rho = std::min(static_cast<real>(learning_rate_now), 1 / std::sqrt(t));
  const real old = 1 - std::pow(t, static_cast<real>(beta_2_decay_)), fresh = 1 - old;
  const real epsilon_1 = static_cast<real>(epsilon_1_);
  const auto square = [&](Index i) { return p.gradient[i] * p.gradient[i] + epsilon_1; };
  real *r = p.slots[0], *c = p.slots[1], *v = p.slots[2];
  if (p.shape->rank() >= 2) {
    const Index columns = (*p.shape)[-1], rows = (*p.shape)[-2];
    for (Index at = 0; at < p.size; at += rows * columns, r += rows, c += columns) {  // matrix after matrix
      double all = 0;
      for (Index i = 0; i < rows; ++i) {
        double sum = 0;
        for (Index j = 0; j < columns; ++j) sum += static_cast<double>(square(at + i * columns + j));
        r[i] = old * r[i] + fresh * static_cast<real>(sum / static_cast<double>(columns));
        all += static_cast<double>(r[i]);
      }
      for (Index j = 0; j < columns; ++j) {
        double sum = 0;
        for (Index i = 0; i < rows; ++i) sum += static_cast<double>(square(at + i * columns + j));
        c[j] = old * c[j] + fresh * static_cast<real>(sum / static_cast<double>(rows));
      }
      const real mean = static_cast<real>(all / static_cast<double>(rows));
      for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < columns; ++j) v[at + i * columns + j] = r[i] / mean * c[j];
      }
    }
  } else {
    for (Index i = 0; i < p.size; ++i) v[i] = old * v[i] + fresh * square(i);
  }
  const auto direction = [&](Index i) { return p.gradient[i] / std::sqrt(v[i]); };
  double weights = 0, lengths = 0;
  for (Index i = 0; i < p.size; ++i) {
    const double w = static_cast<double>(p.weight[i]), u = static_cast<double>(direction(i));
    weights += w * w;
    lengths += u * u;
  }
  const auto rms = [&p](double squares) { return static_cast<real>(std::sqrt(squares / static_cast<double>(p.size))); };
  const real alpha = std::max(static_cast<real>(epsilon_2_), rms(weights)) * rho;
  const real shorter = std::max(real(1), rms(lengths) / static_cast<real>(clip_threshold_));
  for (Index i = 0; i < p.size; ++i) p.weight[i] -= alpha * (direction(i) / shorter);
}

std::shared_ptr<Optimizer> make() { return std::make_shared<AdafactorOptimizer>(); }

}  // namespace

Adafactor::Adafactor(const AdafactorOptions& options) : OptimizerRef(std::make_shared<AdafactorOptimizer>(options)) {
  (**this).check();
}

}  // namespace rondo

RONDO_REGISTER(optimizers, adafactor) { register_optimizer("Adafactor", make); }
