// CosineDecay:  rate = top ((1 - alpha)(1 + cos(pi p)) / 2 + alpha),  p = min(t, decay_steps) / decay_steps.
// Without warmup_target t is the step and top is initial. With it t counts from warmup_steps on and top is the target; before,
// the rate goes straight from initial to the target.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/registry.h"
#include "core/words.h"
#include "optimizers/base/schedule.h"

namespace rondo {
namespace {

class CosineDecaySchedule final : public LearningRateSchedule {
 public:
  explicit CosineDecaySchedule(CosineDecayOptions options = {}) : o_(options) {}
  std::string class_name() const override { return "CosineDecay"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.required("initial_learning_rate", o_.initial_learning_rate);
    visitor.required("decay_steps", o_.decay_steps);
    visitor.field("alpha", o_.alpha, 0.0);
    visitor.field("warmup_target", o_.warmup_target);
    visitor.field("warmup_steps", o_.warmup_steps, 0.0);
  }
  void check() const override {
    check_rate(*this, "initial_learning_rate", o_.initial_learning_rate);
    check_steps(*this, "decay_steps", o_.decay_steps);
    check_rate(*this, "alpha", o_.alpha);
    if (o_.warmup_target) check_rate(*this, "warmup_target", *o_.warmup_target);
    if (!(o_.warmup_steps >= 0 && std::isfinite(o_.warmup_steps))) {
      fail(Code::value, "CosineDecay: warmup_steps must be a number from 0 on, got " + short_number(o_.warmup_steps));
    }
  }
  double at(Index step) const noexcept override {
    double t = static_cast<double>(step), top = o_.initial_learning_rate;
    if (o_.warmup_target) {
      if (t < o_.warmup_steps) return (*o_.warmup_target - top) * t / o_.warmup_steps + top;
      t -= o_.warmup_steps;
      top = *o_.warmup_target;
    }
    const double p = std::min(t, o_.decay_steps) / o_.decay_steps;
    return top * ((1 - o_.alpha) * 0.5 * (1 + std::cos(std::numbers::pi * p)) + o_.alpha);
  }

 private:
  CosineDecayOptions o_;
};

std::shared_ptr<LearningRateSchedule> make() { return std::make_shared<CosineDecaySchedule>(); }

}  // namespace

CosineDecay::CosineDecay(const CosineDecayOptions& options) : LearningRate(std::make_shared<CosineDecaySchedule>(options)) {}

}  // namespace rondo

RONDO_REGISTER(optimizers, cosine_decay) { register_schedule("CosineDecay", make); }
