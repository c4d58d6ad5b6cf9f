// Prediction intervals from the errors a forecast made on windows it was not trained on: split conformal prediction (Vovk,
// Gammerman and Shafer 2005), step by step of the horizon.
//
//     e[1] <= ... <= e[n]   truth - forecast at this step, over the n windows, sorted
//     lower = forecast + e[floor((n + 1) (1 - c) / 2)]         upper = forecast + e[ceil((n + 1) (1 + c) / 2)]
//
// If the errors to come are exchangeable with these n, the truth lies inside with probability c at least, whatever the model
// and whatever the distribution. Two things weaken that on a series: windows that overlap err alike, and a series may change;
// and the validation part is a little kind to a model whose epoch it chose. `coverage` says what came of it on other windows.
#pragma once

#include <vector>

#include "rondo/forecast/forecast.h"

namespace rondo {

struct Intervals {
  double coverage = 0;  // c
  Index windows = 0;    // n
  Index steps = 0, targets = 0;
  std::vector<double> below, above;  // what is added to the forecast, in the table's units: (steps, targets), C order
};

// Of a forecast of `part`, the validation part as a rule. Throws Error(value) if coverage is not between 0 and 1 or the part
// has too few windows for it (19 for 0.90, 39 for 0.95), Error(shape) if the forecast is not of this part.
Intervals fit_intervals(const Forecast& forecast, const Part& part, double coverage = 0.90);

struct Band {
  Forecast lower, upper;
};
// Around any forecast by the same model of no more steps. Throws Error(shape) for more steps or other targets.
Band band(const Forecast& forecast, const Intervals& intervals);

// The share of truths inside, ends included, over all windows and steps of one target.
double coverage(const Band& band, const Part& part, Index target = 0);

}  // namespace rondo
