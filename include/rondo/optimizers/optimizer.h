// Optimizers: one update of one weight, with Keras's equations; and what they all share (clipping, decay, moving averages).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rondo/core/array.h"
#include "rondo/core/config.h"
#include "rondo/optimizers/schedule.h"

namespace rondo {

// Options every optimizer has, in Keras's order.
struct OptimizerCommon {
  std::optional<double> weight_decay = {};     // w -= weight_decay * learning_rate * w before each update
  std::optional<double> clipnorm = {};         // each gradient's own norm; at most one of the three clips
  std::optional<double> clipvalue = {};        // each number
  std::optional<double> global_clipnorm = {};  // the norm over all gradients
  bool use_ema = false;                        // keep a moving average of the weights; fit ends by putting it in their place
  double ema_momentum = 0.99;
  std::optional<double> ema_overwrite_frequency = {};  // put it there every so many updates, too; a whole number
  // Keras multiplies the loss by it before the gradients and divides them by it afterwards, which moves no number: kept for the
  // file, and not applied.
  std::optional<double> loss_scale_factor = {};
  // So many steps (a whole number from 2 on) make one update, from the mean of their gradients. Schedules count steps, the
  // equations of an optimizer updates.
  std::optional<double> gradient_accumulation_steps = {};
};

// One weight during one update.
struct Parameter {
  real* weight;
  const real* gradient;
  std::span<real* const> slots;  // in the order of slot_names(), then the shared ones
  Index size;
  const Shape* shape = nullptr;
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  virtual std::string class_name() const = 0;  // "Adam"
  // Names every option in the order of Keras's config; call describe_common() first.
  virtual void describe(ConfigVisitor&) = 0;
  // The optimizer's own variables of each weight, in groups as Keras's file orders them: group after group, within a group
  // weight after weight, within a weight name after name. Adam with amsgrad: {{"momentum", "velocity"},
  // {"velocity_hat"}}; RMSprop: {{"velocity"}, {"momentum"}}.
  virtual std::vector<std::vector<std::string>> slot_groups() const = 0;
  // The shape of slot number k (of slot_names()) for a weight of this shape, and the number it is born with.
  virtual Shape slot_shape(std::size_t /*k*/, const Shape& weight) const { return weight; }
  virtual double slot_start(std::size_t /*k*/) const { return 0; }
  // Single numbers that all weights share, behind all others in Keras's file; they are born as 1. begin_step() moves them
  // before the weights of step t = 1, 2, ... are.
  virtual std::vector<std::string> shared_slots() const { return {}; }
  virtual void begin_step(std::span<real* const> /*shared*/, Index /*step*/) const noexcept {}
  // Throws Error(value) for options out of range. Called by compile and bind; call the base version too.
  virtual void check() const;
  // Whether its slots hold squares of gradients: one that overflows would leave NaN in the weights, so training stops before.
  virtual bool keeps_squares() const { return true; }
  // Moves one weight in update t = 1, 2, ... Must not allocate.
  virtual void update(const Parameter& p, Index step, double learning_rate) const noexcept = 0;

  // The rate of the next step; with a schedule, of the last one.
  double learning_rate = 0.001;
  std::shared_ptr<LearningRateSchedule> schedule;
  // One number ends a schedule. Throws Error(value) for a rate below 0 or not finite, which Keras takes: it would make the loss
  // larger.
  void set_learning_rate(const LearningRate& rate);
  OptimizerCommon common;

  // ---- state, in Keras's file order; booked by bind() ----
  static constexpr std::size_t shared = static_cast<std::size_t>(-1);
  struct Slot {
    std::string name;    // "momentum"; "average" with use_ema; "gradient_accumulator"
    std::size_t weight;  // index among the trainable weights; `shared` for all of them
    Array value;
  };
  Index iterations = 0;   // steps, of which gradient_accumulation_steps make one update
  Index updates() const;  // that have been made
  std::vector<Slot> slots;
  // Books the slots for weights of these shapes, as they are born. A second call with the same shapes changes nothing, so that
  // training goes on where it was; with other shapes, or with other weights (`whose` tells them apart, if given), it throws
  // Error(state). Throws Error(memory) on overflow.
  void bind(std::span<const Shape> weights, std::span<const void* const> whose = {});
  bool bound() const { return bound_; }
  void take_settings(const Optimizer& from);  // all but the options of its class
  // Weights with one of these words in their own name ("bias" of "lstm/bias") are not decayed, as Keras's method of this name
  // has it. Keras reads regular expressions; of these ^, $ and | are known here ("^kernel$|bias"), any other is an
  // Error(value). Call it before training, otherwise it throws Error(state). Like Keras's, a model file does not keep it.
  void exclude_from_weight_decay(std::vector<std::string> var_names);
  void name_weights(std::span<const std::string> names);  // in the order of bind(); fit calls it
  // LossScaleOptimizer's part (loss_scale_optimizer.h); without it, a gradient that is not finite ends training.
  struct LossScale {
    double initial_scale;
    Index dynamic_growth_steps;
    float scale;  // now
    Index steps;  // since it moved
    void count() noexcept;
  };
  std::optional<LossScale> loss_scale;
  // Before apply(): whether there may be a step. With a loss scale not if a gradient times the scale is not finite; that halves
  // the scale. Without one: always.
  bool admit(std::span<real* const> gradients, std::span<const Index> sizes) noexcept;
  // How many slots bind() books for so many weights.
  std::size_t slot_count(std::size_t weights) const;
  // Bytes bind() would book.
  Index slot_bytes(std::span<const Shape> weights) const;
  // One step: accumulates or clips `gradients` in place, decays, updates, averages. All numbers have been checked to be finite.
  // `sizes` are those of bind(). Allocates nothing.
  void apply(std::span<real* const> weights, std::span<real* const> gradients, std::span<const Index> sizes) noexcept;
  // With use_ema: the averages replace the weights (the end of fit). Otherwise nothing.
  void overwrite_with_averages(std::span<real* const> weights, std::span<const Index> sizes) const noexcept;
  // The average of weight number `weight`; empty without use_ema or before bind().
  std::span<const real> average_of(std::size_t weight) const noexcept;
  std::vector<std::string> slot_names() const;  // of slot_groups(), in order

 protected:
  Optimizer() = default;
  void describe_common(ConfigVisitor& visitor, double default_learning_rate, std::optional<double> default_weight_decay = {});

 private:
  Index steps_per_update() const { return static_cast<Index>(common.gradient_accumulation_steps.value_or(1)); }
  // True: this step makes an update, and `gradients` hold what it is made from.
  bool accumulate(std::span<real* const> gradients, std::span<const Index> sizes) noexcept;
  void clip(std::span<real* const> gradients, std::span<const Index> sizes) const noexcept;
  void make_update(std::span<real* const> weights, std::span<real* const> gradients, std::span<const Index> sizes,
                   Index update_number) noexcept;
  bool bound_ = false;
  std::vector<std::string> undecayed_words_;
  std::vector<bool> undecayed_;  // weight by weight; empty: all are decayed
  std::vector<Shape> shapes_;
  std::vector<const void*> whose_;
  std::vector<std::size_t> own_;          // weight by weight: numbers in `slots`, in the order of slot_names()
  std::vector<std::size_t> average_;      // weight by weight; empty without use_ema
  std::vector<std::size_t> accumulator_;  // weight by weight; empty without gradient_accumulation_steps
  std::vector<real*> pointers_;           // of one weight's slots and the shared ones, during apply
};

class OptimizerRef {  // "adam", Adam({...}) or an Optimizer of your own
 public:
  OptimizerRef() = default;
  OptimizerRef(const char* name);
  OptimizerRef(const std::string& name);  // without regard to case; throws Error(unsupported) with did-you-mean
  OptimizerRef(std::shared_ptr<Optimizer> optimizer) : optimizer_(std::move(optimizer)) {}
  // Made by name: one more of these settings, that has trained nothing; compile takes that, as Keras does. Otherwise this one.
  OptimizerRef another() const;
  const std::shared_ptr<Optimizer>& shared() const { return optimizer_; }
  explicit operator bool() const { return optimizer_ != nullptr; }
  Optimizer* operator->() const { return optimizer_.get(); }
  Optimizer& operator*() const { return *optimizer_; }

 private:
  std::string name_;  // if it was made by name
  std::shared_ptr<Optimizer> optimizer_;
};

using OptimizerFactory = std::shared_ptr<Optimizer> (*)();
void register_optimizer(const std::string& class_name, OptimizerFactory make);  // looked up without regard to case
std::vector<std::string> optimizer_names();

}  // namespace rondo
