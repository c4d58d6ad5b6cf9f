// ExponentialDecay:  rate = initial decay_rate^p,  p = step / decay_steps, rounded down with staircase.
#include <cmath>

#include "core/registry.h"
#include "optimizers/base/schedule.h"

namespace rondo {
namespace {

class ExponentialDecaySchedule final : public LearningRateSchedule {
 public:
  explicit ExponentialDecaySchedule(ExponentialDecayOptions options = {}) : o_(options) {}
  std::string class_name() const override { return "ExponentialDecay"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.required("initial_learning_rate", o_.initial_learning_rate);
    visitor.required("decay_steps", o_.decay_steps);
    visitor.required("decay_rate", o_.decay_rate);
    visitor.field("staircase", o_.staircase, false);
  }
  void check() const override {
    check_rate(*this, "initial_learning_rate", o_.initial_learning_rate);
    check_steps(*this, "decay_steps", o_.decay_steps);
    check_rate(*this, "decay_rate", o_.decay_rate);
  }
  double at(Index step) const noexcept override {
    const double p = static_cast<double>(step) / o_.decay_steps;
    return o_.initial_learning_rate * std::pow(o_.decay_rate, o_.staircase ? std::floor(p) : p);
  }

 private:
  ExponentialDecayOptions o_;
};

std::shared_ptr<LearningRateSchedule> make() { return std::make_shared<ExponentialDecaySchedule>(); }

}  // namespace

ExponentialDecay::ExponentialDecay(const ExponentialDecayOptions& options)
    : LearningRate(std::make_shared<ExponentialDecaySchedule>(options)) {}

}  // namespace rondo

RONDO_REGISTER(optimizers, exponential_decay) { register_schedule("ExponentialDecay", make); }
