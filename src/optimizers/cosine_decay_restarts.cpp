// CosineDecayRestarts (Loshchilov and Hutter 2016), with i the number of restarts so far and p the part of the running cosine:
//   f = step / first_decay_steps;  t_mul = 1: i = floor(f), p = f - i
//   otherwise: i = floor(log(1 - f (1 - t_mul)) / log(t_mul)), p = (f - (1 - t_mul^i) / (1 - t_mul)) / t_mul^i
//   rate = initial ((1 - alpha) m_mul^i (1 + cos(pi p)) / 2 + alpha)
#include <cmath>
#include <numbers>

#include "core/registry.h"
#include "core/words.h"
#include "optimizers/base/schedule.h"

namespace rondo {
namespace {

class CosineDecayRestartsSchedule final : public LearningRateSchedule {
 public:
  explicit CosineDecayRestartsSchedule(CosineDecayRestartsOptions options = {}) : o_(options) {}
  std::string class_name() const override { return "CosineDecayRestarts"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.required("initial_learning_rate", o_.initial_learning_rate);
    visitor.required("first_decay_steps", o_.first_decay_steps);
    visitor.field("t_mul", o_.t_mul, 2.0);
    visitor.field("m_mul", o_.m_mul, 1.0);
    visitor.field("alpha", o_.alpha, 0.0);
  }
  void check() const override {
    check_rate(*this, "initial_learning_rate", o_.initial_learning_rate);
    check_steps(*this, "first_decay_steps", o_.first_decay_steps);
    check_rate(*this, "m_mul", o_.m_mul);
    check_rate(*this, "alpha", o_.alpha);
    if (!(o_.t_mul >= 1 && std::isfinite(o_.t_mul)))
      fail(Code::value, "CosineDecayRestarts: t_mul must be a number from 1 on, got " + short_number(o_.t_mul));
  }
  double at(Index step) const noexcept override {
    const double f = static_cast<double>(step) / o_.first_decay_steps, t = o_.t_mul;
    double i = std::floor(f), p = f - i;
    if (t != 1) {
      i = std::floor(std::log(1 - f * (1 - t)) / std::log(t));
      p = (f - (1 - std::pow(t, i)) / (1 - t)) / std::pow(t, i);
    }
    const double wave = 0.5 * std::pow(o_.m_mul, i) * (1 + std::cos(std::numbers::pi * p));
    return o_.initial_learning_rate * ((1 - o_.alpha) * wave + o_.alpha);
  }

 private:
  CosineDecayRestartsOptions o_;
};

std::shared_ptr<LearningRateSchedule> make() { return std::make_shared<CosineDecayRestartsSchedule>(); }

}  // namespace

CosineDecayRestarts::CosineDecayRestarts(const CosineDecayRestartsOptions& options)
    : LearningRate(std::make_shared<CosineDecayRestartsSchedule>(options)) {}

}  // namespace rondo

RONDO_REGISTER(optimizers, cosine_decay_restarts) { register_schedule("CosineDecayRestarts", make); }
