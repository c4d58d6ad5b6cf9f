// Keras's losses for numbers, as a user writes them: .loss = "mse" or .loss = Huber({.delta = 0.5}).
// e = yhat - y; each row's loss is the mean over its numbers. `reduction` makes one number of them: "sum_over_batch_size",
// "sum", "mean", "mean_with_sample_weight" or "none".
#pragma once

#include "rondo/losses/loss.h"

namespace rondo {

class MeanSquaredError : public LossRef {  // e^2
 public:
  explicit MeanSquaredError(const LossOptions& options = {});
};

class MeanAbsoluteError : public LossRef {  // |e|; its gradient at e = 0 is 0
 public:
  explicit MeanAbsoluteError(const LossOptions& options = {});
};

class MeanAbsolutePercentageError : public LossRef {  // 100 |e| / max(|y|, 1e-7)
 public:
  explicit MeanAbsolutePercentageError(const LossOptions& options = {});
};

class MeanSquaredLogarithmicError : public LossRef {  // (log(max(yhat, 1e-7) + 1) - log(max(y, 1e-7) + 1))^2
 public:
  explicit MeanSquaredLogarithmicError(const LossOptions& options = {});
};

struct HuberOptions {
  double delta = 1.0;
  std::string reduction = "sum_over_batch_size";
};
class Huber : public LossRef {  // e^2 / 2 where |e| <= delta, delta |e| - delta^2 / 2 beyond
 public:
  explicit Huber(const HuberOptions& options = {});
};

class LogCosh : public LossRef {  // log(cosh(e))
 public:
  explicit LogCosh(const LossOptions& options = {});
};

class Poisson : public LossRef {  // yhat - y log(yhat + 1e-7)
 public:
  explicit Poisson(const LossOptions& options = {});
};

struct CosineSimilarityOptions {
  Index axis = -1;  // over which the vectors run
  std::string reduction = "sum_over_batch_size";
};
class CosineSimilarity : public LossRef {  // -y.yhat / (|y| |yhat|) over the row
 public:
  explicit CosineSimilarity(const CosineSimilarityOptions& options = {});
};

}  // namespace rondo
