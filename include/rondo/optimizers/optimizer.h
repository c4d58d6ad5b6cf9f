// Optimizers: one update of one weight, with Keras's equations; and what they all share (clipping, decay, moving averages).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rondo/core/array.h"
#include "rondo/core/config.h"

namespace rondo {

// Options every optimizer has, in Keras's order.
struct OptimizerCommon {
  std::optional<double> weight_decay;
  std::optional<double> clipnorm;         // each gradient's own norm; at most one of the three clips
  std::optional<double> clipvalue;        // each number
  std::optional<double> global_clipnorm;  // the norm over all gradients
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<double> ema_overwrite_frequency;
};

// One weight during one update.
struct Parameter {
  real* weight;
  const real* gradient;
  std::span<real* const> slots;  // in the order of slot_names()
  Index size;
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  virtual std::string class_name() const = 0;  // "Adam"
  virtual void describe(ConfigVisitor&) = 0;
  // The optimizer's own variables per weight: {"momentum", "velocity"}; all start at zero.
  virtual std::vector<std::string> slot_names() const = 0;
  // Keras's file keeps slots weight by weight (Adam) or kind by kind (RMSprop).
  virtual bool slots_by_weight() const { return false; }
  // w <- w + ... for step t = 1, 2, ...
  virtual void update(const Parameter& p, Index step, double learning_rate) const noexcept = 0;

  double learning_rate = 0.001;
  OptimizerCommon common;

  // ---- state, in Keras's file order; booked by bind() ----
  struct Slot {
    std::string name;      // "momentum"
    std::size_t weight;    // index among the trainable weights
    Array value;
  };
  Index iterations = 0;
  std::vector<Slot> slots;
  // Books the slots for these trainable weights once; throws Error(memory | state).
  void bind(std::span<const Shape> weights);
  // Clips `gradients` (one flat vector cut by weight sizes, changed in place) and moves `weights`. All finite-ness has been checked.
  void apply(std::span<real* const> weights, std::span<real* const> gradients, std::span<const Index> sizes) noexcept;

 private:
  std::vector<std::vector<real*>> by_weight_;
};

class OptimizerRef {  // "adam", Adam({...}) or an Optimizer of your own
 public:
  OptimizerRef() = default;
  OptimizerRef(const char* name);
  OptimizerRef(const std::string& name);
  OptimizerRef(std::shared_ptr<Optimizer> optimizer) : optimizer_(std::move(optimizer)) {}
  explicit operator bool() const { return optimizer_ != nullptr; }
  Optimizer* operator->() const { return optimizer_.get(); }
  Optimizer& operator*() const { return *optimizer_; }

 private:
  std::shared_ptr<Optimizer> optimizer_;
};

using OptimizerFactory = std::shared_ptr<Optimizer> (*)();
void register_optimizer(const std::string& class_name, OptimizerFactory make);  // looked up without regard to case
std::vector<std::string> optimizer_names();

}  // namespace rondo
