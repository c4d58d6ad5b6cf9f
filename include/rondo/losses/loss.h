// Losses: one number for the whole batch, and its gradient.
//   loss = sum over valid rows of weight row(y, yhat) / number of valid rows      (Keras's "sum_over_batch_size")
// A row is the last axis: one sample of (samples, features), one time step of (samples, time steps, features). Some losses take
// another axis, or look at more than a row at once: they override batch(). Other reductions: src/losses/base/reduce.h.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rondo/core/array.h"
#include "rondo/core/config.h"

namespace rondo {

// Keras's names: "sum_over_batch_size", "sum", "mean" (the same as the first), "mean_with_sample_weight", "none".
enum class Reduction { sum_over_batch_size, sum, mean, mean_with_sample_weight, none };
Reduction reduction_of(const std::string& name);  // throws Error(value), naming them
std::string name_of(Reduction reduction);

// One batch, as a loss sees it.
struct LossBatch {
  const real *y, *yhat;
  std::span<const Index> sizes;        // of yhat, samples first
  Index targets = 0;                   // numbers of y in a sample
  const std::uint8_t* mask = nullptr;  // one a row of yhat, 1 = counts
  const real* weights = nullptr;       // one a row of yhat
  real* d = nullptr;                   // receives the gradient of factor x loss, if given
  double factor = 1;
  void* scratch = nullptr;  // Loss::scratch() bytes

  Index samples() const { return sizes.front(); }
  Index width() const { return sizes.back(); }
  Index rows() const {
    Index n = 1;
    for (std::size_t axis = 0; axis + 1 < sizes.size(); ++axis) n *= sizes[axis];
    return n;
  }
  bool counts(Index row) const { return !mask || mask[row]; }
  double weight(Index row) const { return weights ? static_cast<double>(weights[row]) : 1.0; }
};

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

  Reduction reduction() const { return reduction_; }
  void set_reduction(Reduction reduction) { reduction_ = reduction; }

  // The rest is for losses of more than rows. Which axis of yhat row() is given; counted from the end when negative.
  virtual Index axis() const { return -1; }
  // The shape of the targets; a size that may be any is None.
  virtual Shape target_shape(const Shape& output) const;
  // Throws Error(shape | value) if outputs cannot have this shape, or if what they mask cannot be left out.
  virtual void check_output(const Shape& output) const;
  virtual void check_masked(const Shape& output) const;
  // What the n targets of one sample must be, if they are not; otherwise "". sizes, mask: of the output, see LossBatch.
  virtual std::string bad_targets(const real* y, Index n, std::span<const Index> sizes, const std::uint8_t* mask) const;
  // Bytes that a batch of this shape needs, with so many targets a sample.
  virtual std::size_t scratch(const Shape& output, Index targets) const;
  virtual double batch(const LossBatch& batch) const noexcept;

 private:
  double along_axis(const LossBatch& batch, std::size_t axis) const noexcept;
  Reduction reduction_ = Reduction::sum_over_batch_size;
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
// of factor x loss (0 where masked). Takes what scratch the loss needs from the heap.
double compute(const Loss& loss, const real* y, const real* yhat, Index rows, Index width, const std::uint8_t* mask,
               real* d = nullptr, const real* weights = nullptr, double factor = 1);

struct LossOptions {
  std::string reduction = "sum_over_batch_size";
};

using LossFactory = std::shared_ptr<Loss> (*)();
void register_loss(const std::string& name, LossFactory make);
std::vector<std::string> loss_names();

}  // namespace rondo
