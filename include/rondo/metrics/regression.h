// Metrics of numbers, as a user writes them: .metrics = {"mae", metrics::R2Score()}. Those without options go by name as well.
#pragma once

#include <string>

#include "rondo/metrics/classification.h"

namespace rondo::metrics {

class MeanSquaredError : public MetricRef {
 public:
  explicit MeanSquaredError(const NameOptions& options = {});
};
class RootMeanSquaredError : public MetricRef {
 public:
  explicit RootMeanSquaredError(const NameOptions& options = {});
};
class MeanAbsoluteError : public MetricRef {
 public:
  explicit MeanAbsoluteError(const NameOptions& options = {});
};
class MeanAbsolutePercentageError : public MetricRef {
 public:
  explicit MeanAbsolutePercentageError(const NameOptions& options = {});
};
class MeanSquaredLogarithmicError : public MetricRef {
 public:
  explicit MeanSquaredLogarithmicError(const NameOptions& options = {});
};
class LogCoshError : public MetricRef {
 public:
  explicit LogCoshError(const NameOptions& options = {});
};
class Poisson : public MetricRef {
 public:
  explicit Poisson(const NameOptions& options = {});
};
class CosineSimilarity : public MetricRef {  // 1 for the same direction
 public:
  explicit CosineSimilarity(const NameOptions& options = {});
};

struct R2ScoreOptions {
  std::string class_aggregation = "uniform_average";  // or "variance_weighted_average"; "None": one a column
  Index num_regressors = 0;                           // from 1 on: the adjusted score
  std::string name = {};
};
class R2Score : public MetricRef {
 public:
  explicit R2Score(const R2ScoreOptions& options = {});
};

struct CorrelationOptions {
  Index axis = -1;  // over the numbers of a row, or 0: over the samples of each batch
  std::string name = {};
};
class PearsonCorrelation : public MetricRef {
 public:
  explicit PearsonCorrelation(const CorrelationOptions& options = {});
};
class ConcordanceCorrelation : public MetricRef {
 public:
  explicit ConcordanceCorrelation(const CorrelationOptions& options = {});
};

}  // namespace rondo::metrics
