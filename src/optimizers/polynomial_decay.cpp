// PolynomialDecay:  rate = (initial - end)(1 - p)^power + end,  p = min(step, n) / n,  n = decay_steps, or with cycle its first
// multiple that is not below step (n itself at step 0).
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "optimizers/base/schedule.h"

namespace rondo {
namespace {

class PolynomialDecaySchedule final : public LearningRateSchedule {
 public:
  explicit PolynomialDecaySchedule(PolynomialDecayOptions options = {}) : o_(options) {}
  std::string class_name() const override { return "PolynomialDecay"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.required("initial_learning_rate", o_.initial_learning_rate);
    visitor.required("decay_steps", o_.decay_steps);
    visitor.field("end_learning_rate", o_.end_learning_rate, 0.0001);
    visitor.field("power", o_.power, 1.0);
    visitor.field("cycle", o_.cycle, false);
  }
  void check() const override {
    check_rate(*this, "initial_learning_rate", o_.initial_learning_rate);
    check_steps(*this, "decay_steps", o_.decay_steps);
    check_rate(*this, "end_learning_rate", o_.end_learning_rate);
    check_rate(*this, "power", o_.power);
  }
  double at(Index step) const noexcept override {
    const double t = static_cast<double>(step);
    const double n = o_.cycle && step > 0 ? o_.decay_steps * std::ceil(t / o_.decay_steps) : o_.decay_steps;
    return (o_.initial_learning_rate - o_.end_learning_rate) * std::pow(1 - std::min(t, n) / n, o_.power) +
           o_.end_learning_rate;
  }

 private:
  PolynomialDecayOptions o_;
};

std::shared_ptr<LearningRateSchedule> make() { return std::make_shared<PolynomialDecaySchedule>(); }

}  // namespace

PolynomialDecay::PolynomialDecay(const PolynomialDecayOptions& options)
    : LearningRate(std::make_shared<PolynomialDecaySchedule>(options)) {}

}  // namespace rondo

RONDO_REGISTER(optimizers, polynomial_decay) { register_schedule("PolynomialDecay", make); }
