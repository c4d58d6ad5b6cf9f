// A callback that finds the training steps that take memory.
#pragma once

#include <optional>

#include "rondo/model/model.h"
#include "support/no_alloc.h"

namespace rondo {

// Counts what is taken from the heap between the ends of neighbouring batches of an epoch: a whole step, as fit makes it.
class CountsBatches : public Callback {
 public:
  void on_epoch_begin(Index, Model&) override { count_.reset(); }
  void on_batch_end(Index, const Logs&, Model&) override {
    if (count_ && count_->everywhere() > 0) ++allocating;
    ++batches;
    count_.emplace();
  }
  int allocating = 0, batches = 0;

 private:
  std::optional<NoAlloc> count_;
};

}  // namespace rondo
