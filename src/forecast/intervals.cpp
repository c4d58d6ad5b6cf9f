#include "rondo/forecast/intervals.h"

#include <algorithm>
#include <cmath>

#include "data/text.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

void check_part(const Forecast& forecast, const Part& part) {
  const Framing& f = part.frame().framing();
  if (forecast.samples() == part.samples() && forecast.steps() == f.horizon &&
      forecast.targets() == static_cast<Index>(f.targets.size()))
    return;
  fail(Code::shape, "this forecast of (samples, steps, targets) = " +
                        Shape{forecast.samples(), forecast.steps(), forecast.targets()}.text() +
                        " is not of this part, which has " +
                        Shape{part.samples(), f.horizon, static_cast<Index>(f.targets.size())}.text() + ".");
}

// The number, from 1, of the upper end among n sorted errors; the lower end is as far from the other side. What rounding adds
// to 20 * 0.95 must not ask for one error more.
Index upper_rank(Index n, double coverage) {
  return static_cast<Index>(std::ceil(static_cast<double>(n + 1) * (1 + coverage) / 2 - 1e-9));
}

}  // namespace

Intervals fit_intervals(const Forecast& forecast, const Part& part, double coverage) {
  if (!(coverage > 0 && coverage < 1))
    fail(Code::value, "coverage is " + number_text(coverage) + "; it must lie between 0 and 1: 0.90, say.");
  check_part(forecast, part);
  const Index n = forecast.samples(), upper = upper_rank(n, coverage);
  if (upper > n) {
    // ceil((n + 1) (1 + c) / 2) <= n
    const double need = std::min(std::ceil((1 + coverage) / (1 - coverage) - 1e-9), 1e15);
    fail(Code::value, "intervals of coverage " + number_text(coverage) + " need at least " + grouped(static_cast<Index>(need)) +
                          " windows, and this part has " + grouped(n) + ". Ask for less, or give the part more rows.");
  }
  Intervals out{coverage, n, forecast.steps(), forecast.targets(), {}, {}};
  std::vector<double> errors(static_cast<std::size_t>(n));
  for (Index h = 0; h < out.steps; ++h) {
    for (Index k = 0; k < out.targets; ++k) {
      for (Index i = 0; i < n; ++i) {
        const double error = part.truth(i, h, k) - forecast(i, h, k);
        if (!std::isfinite(error)) fail(Code::non_finite, "the forecast is not finite: no interval can be made from it.");
        errors[static_cast<std::size_t>(i)] = error;
      }
      const auto nth = [&](Index rank) {
        const auto at = errors.begin() + (rank - 1);
        std::nth_element(errors.begin(), at, errors.end());
        return *at;
      };
      out.below.push_back(nth(n + 1 - upper));
      out.above.push_back(nth(upper));
    }
  }
  return out;
}

Band band(const Forecast& forecast, const Intervals& intervals) {
  if (forecast.steps() > intervals.steps || forecast.targets() != intervals.targets) {
    fail(Code::shape, "these intervals are for " + std::to_string(intervals.steps) + " steps of " +
                          std::to_string(intervals.targets) + " targets, the forecast has " + std::to_string(forecast.steps()) +
                          " of " + std::to_string(forecast.targets()) + ". Errors of later steps were never seen.");
  }
  Band out{forecast, forecast};
  for (Index i = 0; i < forecast.samples(); ++i) {
    for (Index h = 0; h < forecast.steps(); ++h) {
      for (Index k = 0; k < forecast.targets(); ++k) {
        const auto at = static_cast<std::size_t>(h * intervals.targets + k);
        out.lower(i, h, k) += intervals.below[at];
        out.upper(i, h, k) += intervals.above[at];
      }
    }
  }
  return out;
}

double coverage(const Band& band, const Part& part, Index target) {
  check_part(band.lower, part);
  check_part(band.upper, part);
  if (part.samples() == 0) fail(Code::value, "the part holds no window: there is nothing to count.");
  Index inside = 0;
  for (Index i = 0; i < part.samples(); ++i) {
    for (Index h = 0; h < band.lower.steps(); ++h) {
      const double truth = part.truth(i, h, target);
      inside += truth >= band.lower(i, h, target) && truth <= band.upper(i, h, target);
    }
  }
  return static_cast<double>(inside) / (static_cast<double>(part.samples()) * static_cast<double>(band.lower.steps()));
}

}  // namespace rondo
