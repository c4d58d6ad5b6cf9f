//   mae  = mean |y - yhat|       rmse = sqrt(mean (y - yhat)^2)       mase = mae / naive_error
//   naive_error = mean over training rows t >= m of |v[t] - v[t-m]|   (Hyndman and Koehler 2006)
#include <cmath>
#include <limits>

#include "data/frame_data.h"
#include "forecast/error_sums.h"
#include "rondo/core/error.h"
#include "rondo/forecast/forecast.h"

namespace rondo {

double naive_error(const Part& part, Index season, Index target) {
  const FrameData& d = part.frame().data();
  if (season < 1) fail(Code::value, "season is " + std::to_string(season) + "; it must be at least 1.");
  if (target < 0 || target >= static_cast<Index>(d.targets.size())) {
    fail(Code::value,
         "no target number " + std::to_string(target) + ": the frame has " + std::to_string(d.targets.size()) + ".");
  }
  const std::vector<double>& v = d.targets[static_cast<std::size_t>(target)]->numbers;
  double sum = 0;
  Index count = 0;
  for (Index r = season; r < part.train_rows(); ++r) {
    const double error = std::fabs(v[static_cast<std::size_t>(r)] - v[static_cast<std::size_t>(r - season)]);
    if (!std::isfinite(error)) continue;
    sum += error;
    ++count;
  }
  return count > 0 && sum > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
}

ErrorSums::ErrorSums(Index steps) : absolute_(static_cast<std::size_t>(steps)), squares_(absolute_) {}

void ErrorSums::add(const Forecast& forecast, const Part& part, Index target) {
  for (std::size_t h = 0; h < absolute_.size(); ++h) {
    for (Index i = 0; i < part.samples(); ++i) {
      const double error = forecast(i, static_cast<Index>(h), target) - part.truth(i, static_cast<Index>(h), target);
      absolute_[h] += std::fabs(error);
      if (error != 0 && std::isfinite(error) && std::ilogb(error) > exponent_) {
        const int grown = std::ilogb(error);
        if (exponent_ != none) {
          for (double& sum : squares_) sum = std::ldexp(sum, 2 * (exponent_ - grown));
        }
        exponent_ = grown;
      }
      const double scaled = exponent_ == none ? error : std::ldexp(error, -exponent_);
      squares_[h] += scaled * scaled;
    }
  }
  samples_ += part.samples();
}

Scores ErrorSums::scores(double naive) const {
  Scores out;
  const auto n = static_cast<double>(samples_);
  const auto root = [&](double mean) { return std::ldexp(std::sqrt(mean), exponent_ == none ? 0 : exponent_); };
  double absolute = 0, squares = 0;
  for (std::size_t h = 0; h < absolute_.size(); ++h) {
    out.mae_by_step.push_back(absolute_[h] / n);
    out.rmse_by_step.push_back(root(squares_[h] / n));
    out.mase_by_step.push_back(absolute_[h] / n / naive);
    absolute += absolute_[h];
    squares += squares_[h];
  }
  const double all = n * static_cast<double>(absolute_.size());
  out.mae = absolute / all;
  out.rmse = root(squares / all);
  out.mase = out.mae / naive;
  return out;
}

Scores score(const Forecast& forecast, const Part& part, const ScoreOptions& options) {
  const Index steps = part.frame().framing().horizon;
  const double naive = naive_error(part, options.season, options.target);
  if (forecast.samples() != part.samples() || forecast.steps() != steps ||
      forecast.targets() != static_cast<Index>(part.frame().framing().targets.size())) {
    fail(Code::shape, "this forecast of " + std::to_string(forecast.samples()) + " samples x " +
                          std::to_string(forecast.steps()) + " steps is not of this part, which has " +
                          std::to_string(part.samples()) + " x " + std::to_string(steps) + ".");
  }
  if (part.samples() == 0) fail(Code::value, "the part holds no window: there is nothing to score.");
  ErrorSums sums(steps);
  sums.add(forecast, part, options.target);
  return sums.scores(naive);
}

}  // namespace rondo
