// Learning rates that change from step to step, as Keras's keras.optimizers.schedules: Adam({.learning_rate =
// ExponentialDecay({.initial_learning_rate = 0.1, .decay_steps = 1000, .decay_rate = 0.9})}). Steps count from 0.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rondo/core/config.h"

namespace rondo {

class LearningRateSchedule {
 public:
  virtual ~LearningRateSchedule() = default;
  virtual std::string class_name() const = 0;
  virtual void describe(ConfigVisitor&) = 0;
  virtual void check() const = 0;  // throws Error(value) for options out of range
  virtual double at(Index step) const noexcept = 0;
};

// A number or a schedule.
struct LearningRate {
  double value = 0;
  std::shared_ptr<LearningRateSchedule> schedule;
  LearningRate(double number) : value(number) {}
  LearningRate(std::shared_ptr<LearningRateSchedule> s);  // checks it
};

using ScheduleFactory = std::shared_ptr<LearningRateSchedule> (*)();
void register_schedule(const std::string& class_name, ScheduleFactory make);
std::shared_ptr<LearningRateSchedule> make_schedule(const std::string& class_name);  // throws Error(unsupported)
std::vector<std::string> schedule_names();

// p = step / decay_steps, rounded down with staircase: initial decay_rate^p
struct ExponentialDecayOptions {
  double initial_learning_rate = 0.001;
  double decay_steps = 1000;
  double decay_rate = 0.9;
  bool staircase = false;
};
struct ExponentialDecay : LearningRate {
  ExponentialDecay(const ExponentialDecayOptions& options);
};

// values[0] up to step boundaries[0], values[1] up to boundaries[1], ..., the last one beyond
struct PiecewiseConstantDecayOptions {
  std::vector<double> boundaries;
  std::vector<double> values;  // one more
};
struct PiecewiseConstantDecay : LearningRate {
  PiecewiseConstantDecay(const PiecewiseConstantDecayOptions& options);
};

// p = min(step, decay_steps) / decay_steps: (initial - end)(1 - p)^power + end. With cycle, decay_steps grows to its next
// multiple instead of stopping.
struct PolynomialDecayOptions {
  double initial_learning_rate = 0.001;
  double decay_steps = 1000;
  double end_learning_rate = 0.0001;
  double power = 1.0;
  bool cycle = false;
};
struct PolynomialDecay : LearningRate {
  PolynomialDecay(const PolynomialDecayOptions& options);
};

// p = step / decay_steps, rounded down with staircase: initial / (1 + decay_rate p)
struct InverseTimeDecayOptions {
  double initial_learning_rate = 0.001;
  double decay_steps = 1000;
  double decay_rate = 0.5;
  bool staircase = false;
};
struct InverseTimeDecay : LearningRate {
  InverseTimeDecay(const InverseTimeDecayOptions& options);
};

// p = min(step, decay_steps) / decay_steps: initial ((1 - alpha)(1 + cos(pi p)) / 2 + alpha). With warmup_target: first a
// straight line from initial to the target in warmup_steps, and the decay, from the target, after it.
struct CosineDecayOptions {
  double initial_learning_rate = 0.001;
  double decay_steps = 1000;
  double alpha = 0.0;
  std::optional<double> warmup_target = {};
  double warmup_steps = 0;
};
struct CosineDecay : LearningRate {
  CosineDecay(const CosineDecayOptions& options);
};

// A cosine again and again: each t_mul times as long as the one before, and m_mul times as high.
struct CosineDecayRestartsOptions {
  double initial_learning_rate = 0.001;
  double first_decay_steps = 1000;
  double t_mul = 2.0;
  double m_mul = 1.0;
  double alpha = 0.0;
};
struct CosineDecayRestarts : LearningRate {
  CosineDecayRestarts(const CosineDecayRestartsOptions& options);
};

}  // namespace rondo
