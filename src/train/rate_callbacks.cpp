// Callbacks that move the learning rate: ReduceLROnPlateau with Keras's rules, LearningRateScheduler; and TerminateOnNaN.
#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "rondo/core/error.h"
#include "rondo/train/callbacks.h"
#include "train/monitor.h"

namespace rondo {

namespace {

constexpr const char* plateau = "ReduceLROnPlateau";

// A schedule and a callback would both set the rate.
Optimizer& own_rate(Model& model, const std::string& who) {
  Optimizer& optimizer = *model.optimizer();
  if (optimizer.schedule) {
    fail(Code::state, who + " and the optimizer's " + optimizer.schedule->class_name() +
                          " would both set the learning rate.\n  fix: compile with a number, or leave out " + who);
  }
  return optimizer;
}

class Scheduler final : public Callback {
 public:
  explicit Scheduler(std::function<double(Index, double)> schedule) : schedule_(std::move(schedule)) {
    if (!schedule_)
      fail(Code::value,
           "LearningRateScheduler needs a function.\n"
           "  fix: LearningRateScheduler([](Index epoch, double rate) { return epoch < 10 ? rate : 0.95 * rate; })");
  }
  void on_epoch_begin(Index epoch, Model& model) override {
    Optimizer& optimizer = own_rate(model, "LearningRateScheduler");
    const double rate = schedule_(epoch, optimizer.learning_rate);
    if (!(rate >= 0 && std::isfinite(rate)))
      fail(Code::value, "LearningRateScheduler: the rate of epoch " + std::to_string(epoch) +
                            " must be a number from 0 on, got " + short_number(rate));
    optimizer.set_learning_rate(rate);
  }
  void on_epoch_logs(Index, Logs& logs, Model& model) override { logs["learning_rate"] = model.optimizer()->learning_rate; }

 private:
  std::function<double(Index, double)> schedule_;
};

class Terminate final : public Callback {
 public:
  explicit Terminate(bool raise_error) : raise_error_(raise_error) {}
  bool on_non_finite(Model&) override { return !raise_error_; }

 private:
  bool raise_error_;
};

}  // namespace

ReduceLROnPlateauCallback::ReduceLROnPlateauCallback(ReduceLROnPlateauOptions options) : options_(std::move(options)) {
  check_mode(plateau, options_.mode);
  if (!(options_.factor < 1 && options_.factor >= 0))
    fail(Code::value, "ReduceLROnPlateau: factor must be below 1, and not negative");
  if (!(options_.min_lr >= 0)) fail(Code::value, "ReduceLROnPlateau: min_lr must be a number from 0 on");
  options_.min_delta = std::abs(options_.min_delta);
}

void ReduceLROnPlateauCallback::on_train_begin(Model&) {
  best.reset();
  wait_ = cooldown_ = 0;
}

void ReduceLROnPlateauCallback::on_epoch_logs(Index, Logs& logs, Model& model) {
  logs["learning_rate"] = own_rate(model, plateau).learning_rate;
}

void ReduceLROnPlateauCallback::on_epoch_end(Index, const Logs& logs, Model& model) {
  if (unvalidated(options_.monitor, logs, model)) return;
  const double value = monitored(plateau, options_.monitor, logs);
  const bool upwards = more_is_better(plateau, options_.monitor, options_.mode, model);
  if (cooldown_ > 0) {
    --cooldown_;
    wait_ = 0;
  }
  if (!best || (upwards ? value - options_.min_delta > *best : value + options_.min_delta < *best)) {
    best = value;
    wait_ = 0;
    return;
  }
  if (cooldown_ > 0 || ++wait_ < options_.patience) return;
  Optimizer& optimizer = own_rate(model, plateau);
  if (optimizer.learning_rate <= options_.min_lr) return;
  optimizer.set_learning_rate(std::max(optimizer.learning_rate * options_.factor, options_.min_lr));
  cooldown_ = options_.cooldown;
  wait_ = 0;
}

CallbackState ReduceLROnPlateauCallback::state() const {
  CallbackState out{{{"wait", static_cast<double>(wait_)}, {"cooldown", static_cast<double>(cooldown_)}}, {}};
  if (best) out.numbers["best"] = *best;
  return out;
}

void ReduceLROnPlateauCallback::restore(const CallbackState& state) {
  wait_ = remembered_count(state, "wait");
  cooldown_ = remembered_count(state, "cooldown");
  best = remembered(state, "best");
}

ReduceLROnPlateau::ReduceLROnPlateau(ReduceLROnPlateauOptions options)
    : std::shared_ptr<ReduceLROnPlateauCallback>(std::make_shared<ReduceLROnPlateauCallback>(std::move(options))) {}

LearningRateScheduler::LearningRateScheduler(std::function<double(Index, double)> schedule)
    : std::shared_ptr<Callback>(std::make_shared<Scheduler>(std::move(schedule))) {}

TerminateOnNaN::TerminateOnNaN(TerminateOnNaNOptions options)
    : std::shared_ptr<Callback>(std::make_shared<Terminate>(options.raise_error)) {}

}  // namespace rondo
