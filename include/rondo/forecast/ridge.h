// Ridge autoregression: the linear forecast every network must face, on the same look-back and under the same normalisation.
//
//     z_y = W^T z_x + b        z_x: the window, (lookback * features) values;  z_y: (horizon * targets)
//     W, b minimise  sum over training windows |z_y - W^T z_x - b|^2 + alpha |W|^2        (Hoerl and Kennard 1970)
//
// alpha is the one of a fixed grid with the smallest validation error; without a validation part it is 1 a window.
#pragma once

#include <optional>
#include <vector>

#include "rondo/data/split.h"
#include "rondo/forecast/forecast.h"

namespace rondo {

struct RidgeOptions {
  std::optional<double> alpha = {};  // instead of the search; at least 0, in units of the sum above (scikit-learn's alpha)
};

struct Ridge {
  Index inputs = 0, outputs = 0;
  std::vector<double> weights;  // (inputs, outputs), C order; input t * features + f, output h * targets + k
  std::vector<double> bias;     // (outputs)
  double alpha = 0;
  Index windows = 0;  // that it was fitted on: evenly taken from the training part when that is very large
};

// Deterministic. Time and memory are bounded whatever the sizes: about two seconds and 50 MB at most.
Ridge fit_ridge(const Split& split, const RidgeOptions& options = {});
Forecast forecast(const Ridge& ridge, const Part& part);

}  // namespace rondo
