// Keras's losses for numbers, as a user writes them: .loss = "mse" or .loss = Huber({.delta = 0.5}).
// e = yhat - y; each row's loss is the mean over its numbers.
#pragma once

#include "rondo/losses/loss.h"

namespace rondo {

class MeanSquaredError : public LossRef {  // e^2
 public:
  MeanSquaredError();
};

class MeanAbsoluteError : public LossRef {  // |e|; its gradient at e = 0 is 0
 public:
  MeanAbsoluteError();
};

class MeanAbsolutePercentageError : public LossRef {  // 100 |e| / max(|y|, 1e-7)
 public:
  MeanAbsolutePercentageError();
};

class MeanSquaredLogarithmicError : public LossRef {  // (log(max(yhat, 1e-7) + 1) - log(max(y, 1e-7) + 1))^2
 public:
  MeanSquaredLogarithmicError();
};

struct HuberOptions {
  double delta = 1.0;
};
class Huber : public LossRef {  // e^2 / 2 where |e| <= delta, delta |e| - delta^2 / 2 beyond
 public:
  explicit Huber(const HuberOptions& options = {});
};

class LogCosh : public LossRef {  // log(cosh(e))
 public:
  LogCosh();
};

class Poisson : public LossRef {  // yhat - y log(yhat + 1e-7)
 public:
  Poisson();
};

class CosineSimilarity : public LossRef {  // -y.yhat / (|y| |yhat|) over the row
 public:
  CosineSimilarity();
};

}  // namespace rondo
