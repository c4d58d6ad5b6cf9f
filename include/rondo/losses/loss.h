// Losses: one number for the whole batch, and its gradient.
//   loss = sum over valid rows of weight row(y, yhat) / number of valid rows      (Keras's "sum_over_batch_size")
// A row is the last axis: one sample of (samples, features), one time step of (samples, time steps, features).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rondo/core/array.h"
#include "rondo/core/config.h"

namespace rondo {

class Loss {
 public:
  virtual ~Loss() = default;
  virtual std::string class_name() const = 0;  // "MeanSquaredError"
  virtual std::string key() const = 0;         // "mse": Keras's short spelling
  virtual void describe(ConfigVisitor&) {}
  // Throws Error(value) for options out of range. Called by compile.
  virtual void check() const {}
  // False: Keras has none, so a model file keeps what it was compiled with where Keras does not look.
  virtual bool from_keras() const { return true; }
  // How many targets a row of `width` outputs has: 1 where a target is the number of a class.
  virtual Index target_width(Index width) const { return width; }
  // Throws Error(shape) if a row of outputs cannot be this wide.
  virtual void check_width(Index /*width*/) const {}
  // What a target must be, if this one is not; otherwise "".
  virtual std::string bad_target(real /*y*/, Index /*width*/) const { return {}; }
  // False: the row counts as masked.
  virtual bool counts(const real* /*y*/) const noexcept { return true; }
  // The same loss for a batch whose targets are all 0 or 1, if that makes a difference: hinges take them for -1 and 1.
  virtual const Loss* for_zeros_and_ones() const noexcept { return nullptr; }
  // The loss of one row of n values and, if d is not null, its gradient d[i] = scale * d row / d yhat[i].
  virtual double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept = 0;
};

class LossRef {  // "mse", "mean_squared_error", "MeanSquaredError" or a Loss of your own
 public:
  LossRef() = default;
  LossRef(const char* name);
  LossRef(const std::string& name);
  LossRef(std::shared_ptr<Loss> loss) : loss_(std::move(loss)) {}
  explicit operator bool() const { return loss_ != nullptr; }
  const Loss* operator->() const { return loss_.get(); }
  const Loss& operator*() const { return *loss_; }

 private:
  std::shared_ptr<Loss> loss_;
};

// The loss over `rows` rows of `width` outputs, and as many targets as target_width() says, summed in row order in double;
// `mask` (rows, 1 = counts) may be null: then the sum is divided by rows, otherwise by the number of valid rows (0 when none
// is). `weights` (rows) multiply each row's loss, not what it is divided by, as in Keras. `d`, if given, receives the gradient
// of factor x loss (0 where masked).
double compute(const Loss& loss, const real* y, const real* yhat, Index rows, Index width, const std::uint8_t* mask,
               real* d = nullptr, const real* weights = nullptr, double factor = 1) noexcept;

using LossFactory = std::shared_ptr<Loss> (*)();
void register_loss(const std::string& name, LossFactory make);
std::vector<std::string> loss_names();

}  // namespace rondo
