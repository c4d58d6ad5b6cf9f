// Ridge autoregression: the linear forecast every network must face, on the same look-back and under the same normalisation.
//
//     z_y = W^T z_x + b        z_x: the window, (lookback * features) values;  z_y: (horizon * targets)
//     W, b minimise  sum over training windows |z_y - W^T z_x - b|^2 + alpha |W|^2        (Hoerl and Kennard 1970)
//
// alpha comes from the grid 1e-6 .. 1e3 (in steps of sqrt(10)) times the mean over the inputs of their sum of squares about
// their mean: so the grid means the same for any units and any number of windows. It is judged by the mean absolute error, in
// normalised units, on the validation part. Where that has less than 400 windows, the later stretches of the training part
// judge as well, after fits on the earlier ones, and of all that are as good as the best but for chance the one nearest to 1 is
// taken; 1 it is where nothing can be judged.
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

// Deterministic, the same bits on every instruction set. Computed in double. Time and memory are bounded: about a second and
// 50 MB beside the weights themselves. Inputs that never change get weight 0. Throws Error(value) for an alpha that is negative
// or not finite.
Ridge fit_ridge(const Split& split, const RidgeOptions& options = {});
// Throws Error(shape) if the part's windows are of another size.
Forecast forecast(const Ridge& ridge, const Part& part);

}  // namespace rondo
