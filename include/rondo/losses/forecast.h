// Losses that forecasters need and Keras has not. Their equations stand in src/losses/. A model trained with one is saved so
// that Keras opens it and predicts; what it was compiled with stands in rondo.json.
#pragma once

#include <span>
#include <vector>

#include "rondo/losses/loss.h"

namespace rondo {

struct PinballOptions {
  std::vector<double> quantiles = {0.5};  // each between 0 and 1
  std::string reduction = "sum_over_batch_size";
};
class Pinball : public LossRef {  // the model gives a forecast for each target and quantile: all targets' first quantile, ...
 public:
  explicit Pinball(const PinballOptions& options = {});
};

class GaussianNegativeLogLikelihood : public LossRef {  // the model gives all means, then all logarithms of variances
 public:
  explicit GaussianNegativeLogLikelihood(const LossOptions& options = {});
};

class GaussianCRPS : public LossRef {  // the same two outputs a target; in the targets' unit
 public:
  explicit GaussianCRPS(const LossOptions& options = {});
};

struct MASEOptions {
  double scale = 1.0;  // naive_scale(series, season) of the training series
  std::string reduction = "sum_over_batch_size";
};
class MASE : public LossRef {
 public:
  explicit MASE(const MASEOptions& options = {});
};
// mean |v[t] - v[t - season]|. Throws Error(value) if the series is not longer than a season.
double naive_scale(std::span<const real> series, Index season = 1);

class SMAPE : public LossRef {  // in percent, 0 to 200
 public:
  explicit SMAPE(const LossOptions& options = {});
};

}  // namespace rondo
