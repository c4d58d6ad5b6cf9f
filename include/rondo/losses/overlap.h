// Keras's losses of overlap (segmentation), as a user writes them: .loss = Dice({.axis = {1, 2}}).
#pragma once

#include <vector>

#include "rondo/losses/loss.h"

namespace rondo {

struct DiceOptions {
  std::string reduction = "sum_over_batch_size";
  std::vector<Index> axis = {};  // over which is summed; all, if none is named
};
class Dice : public LossRef {  // 1 - 2 sum y yhat / (sum y + sum yhat)
 public:
  explicit Dice(const DiceOptions& options = {});
};

struct TverskyOptions {
  double alpha = 0.5;  // the weight of what is so and is not said
  double beta = 0.5;   // of what is said and is not so
  std::string reduction = "sum_over_batch_size";
  std::vector<Index> axis = {};
};
class Tversky : public LossRef {
 public:
  explicit Tversky(const TverskyOptions& options = {});
};

}  // namespace rondo
