// Losses whose numbers are not those of rows, behind a mask, as in Keras (observed in 3.15.1).
#pragma once

#include "rondo/losses/loss.h"

namespace rondo {

// Keras lays the mask over the values of a loss, once they are computed. Where a value is not that of one row, masked rows so
// take part in it. Batches of a model with keras_mask_compat ask for this instead of Loss::batch, where the loss has it.
class MasksValues {
 public:
  virtual ~MasksValues() = default;
  virtual double batch_as_keras(const LossBatch& batch) const noexcept = 0;
};

}  // namespace rondo
