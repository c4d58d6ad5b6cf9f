// One step of training:
//   gather -> forward -> loss and penalties -> (finite?) -> backward -> gradients (finite?) -> clip, update -> constraints
//   -> moving weights -> pack
// Up to the update nothing of the model has changed, so that whatever goes wrong leaves the weights of the last finished step;
// and packed weights are always in step with the weights, so that predict may be called between any two steps. A step allocates
// nothing.
#pragma once

#include "train/batch.h"

namespace rondo {

class Trainer {
 public:
  Trainer(ModelState& model, const Source& source, const Shapes& inputs, Index size, int threads,
          const RowWeights* weights = nullptr);
  // Returns the loss over the batch of these samples. `seed` keys the random draws, together with the number of the step.
  // Throws Error(non_finite) before the update, naming the first layer and sample.
  double step(std::span<const Index> ids, std::uint64_t seed);
  // With use_ema: the averages become the weights (Keras does so at the end of fit).
  void finish() noexcept;
  Batch& batch() { return batch_; }

 private:
  // Fails, naming the first sample of the batch for which `bad` has something to say; returns if there is none.
  void blame_data(const std::string& text, std::string (Batch::*bad)(Index) const, const std::string& who) const;
  // Whether the gradients allow a step; without a loss scale one that is not finite is an error.
  bool may_step();
  [[noreturn]] void stop_at_loss(double loss);
  [[noreturn]] void stop_at_gradient(const std::string& problem);
  std::string where(const std::string& what, const std::string& problem) const;

  ModelState& model_;
  Batch batch_;
  std::vector<real*> weights_, gradients_;
  std::vector<Index> sizes_;
};

}  // namespace rondo
