// Forecasts in original units, the baselines every forecast must face, and the errors of both.
#pragma once

#include <vector>

#include "rondo/core/array.h"
#include "rondo/data/split.h"
#include "rondo/model/model.h"

namespace rondo {

// (samples, steps, targets) values in double, in the units of the table.
class Forecast {
 public:
  Forecast(Index samples, Index steps, Index targets);
  Index samples() const { return samples_; }
  Index steps() const { return steps_; }
  Index targets() const { return targets_; }
  double& operator()(Index sample, Index step, Index target = 0) { return values_[at(sample, step, target)]; }
  double operator()(Index sample, Index step, Index target = 0) const { return values_[at(sample, step, target)]; }
  const std::vector<double>& values() const { return values_; }
  // (samples, steps), or (samples, steps, targets) when there are several.
  Array array() const;
  operator Array() const { return array(); }

 private:
  std::size_t at(Index sample, Index step, Index target) const;  // throws Error(value) when out of range
  Index samples_, steps_, targets_;
  std::vector<double> values_;
};

// The model's forecast of every window of `part`. Throws Error(shape) if the model does not answer horizon * targets numbers.
Forecast forecast(const Model& model, const Part& part, const PredictOptions& options = {});
// The forecast of the rows after the table's end, from its last `lookback` rows: one sample, steps gap+1 .. gap+horizon after
// the last row. Throws Error(value) if those rows hold a missing value.
Forecast forecast_next(const Model& model, const Part& part, const PredictOptions& options = {});
// The same for a model that was read from a file, with its framing and scales, from any table that has its columns and at least
// `lookback` rows; `steps` rows of it. Beyond the horizon, forecasts are read as if they were the past, which needs every
// feature to be a target and no gap; Error(value) says what to train otherwise.
Forecast forecast_next(const Model& model, const Framing& framing, const Scaler& scaler, const Table& table, Index steps,
                       const PredictOptions& options = {});

Forecast truth(const Part& part);
// Every step is the last known value.
Forecast persistence(const Part& part);
// The value one season before the target, or as many whole seasons before as it takes to be known at the last known row. Values
// that are missing step back one season more. Throws Error(value) if the table does not reach back that far.
Forecast seasonal_naive(const Part& part, Index season);

// Errors in original units; mase is mae divided by the mean absolute error of the seasonal naive forecast one season ahead
// inside the training rows (Hyndman and Koehler 2006), NaN if that is zero or the training rows are not known.
struct Scores {
  double mae = 0, rmse = 0, mase = 0;
  std::vector<double> mae_by_step, rmse_by_step, mase_by_step;
};
struct ScoreOptions {
  Index season = 1;
  Index target = 0;  // which of several targets
};
// Throws Error(shape) if `forecast` is not of this part, Error(value) if the part is empty or an option is out of range.
Scores score(const Forecast& forecast, const Part& part, const ScoreOptions& options = {});
// The divisor of mase; NaN when not known.
double naive_error(const Part& part, Index season = 1, Index target = 0);

}  // namespace rondo
