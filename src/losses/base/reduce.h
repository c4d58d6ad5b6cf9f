// How the values of a loss become one number (Keras's `reduction`). With v a value, w its weight, m 1 where it counts and 0
// where it is masked, over all n values of the batch:
//   sum_over_batch_size, mean: sum m w v / sum m        sum: sum m w v        mean_with_sample_weight: sum m w v / sum m w
//   none: trains on sum m w v and reports sum m w v / n, which is what Keras's fit makes of it on TensorFlow
// 0 where nothing would be divided by nothing.
#pragma once

#include "rondo/losses/loss.h"

namespace rondo {

class Reducer {
 public:
  explicit Reducer(Reduction how) : how_(how) {}
  // Every value, before the first is summed.
  void see(bool counts, double weight) noexcept {
    all_ += 1;
    if (!counts) return;
    valid_ += 1;
    weight_ += weight;
  }
  // d loss / d (w v) of a value that counts.
  double slope() const noexcept {
    if (how_ == Reduction::sum || how_ == Reduction::none) return 1;
    const double by = how_ == Reduction::mean_with_sample_weight ? weight_ : valid_;
    return by == 0 ? 0.0 : 1 / by;
  }
  // Of the sum of w v.
  double value(double sum) const noexcept {
    const double by = how_ == Reduction::sum                       ? 1.0
                      : how_ == Reduction::none                    ? all_
                      : how_ == Reduction::mean_with_sample_weight ? weight_
                                                                   : valid_;
    return by == 0 ? 0.0 : sum / by;
  }

 private:
  Reduction how_;
  double all_ = 0, valid_ = 0, weight_ = 0;
};

}  // namespace rondo
