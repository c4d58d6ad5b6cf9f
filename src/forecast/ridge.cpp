// Which alpha, and what a ridge forecasts.
//
// alpha is judged on windows after those it was fitted on: on the validation part; and where that has less than 400 windows and
// says little, on the four last stretches of the training part as well, each after a fit on what is before it (a rolling
// origin; the errors of a stretch count in units of the smallest one). The best is then often the best by luck, so:
//
//     e[i, a]   mean absolute error of window i under alpha a                     best = argmin over a of mean e[i, a]
//     as good:  mean (e[i, a] - e[i, best]) <= its standard error                 windows that overlap count as fewer
//
// Of those as good as the best, the one nearest to 1 is taken: z has a size near 1, and what chance decides is best left
// alone (the one-standard-error rule of Breiman et al. 1984, towards 1 and not towards the most shrunk). On 28 tasks with fewer
// than 700 training windows this came within 4 % of the alpha that the test part would have chosen, the plain minimum on the
// validation part within 6 %, and its worst case was 28 % off instead of 63 %.
#include "rondo/forecast/ridge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "forecast/ridge_problem.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr std::size_t grid = 19;
constexpr double plain = 1;            // alpha where nothing says better
constexpr double small_problem = 2e8;  // multiply-adds of a fit that may be done four times more
constexpr Index few_windows = 400;     // of the validation part

// Means and covariances of the errors under all alphas.
struct Judgement {
  double windows = 0;
  std::array<double, grid> sums{};
  std::array<std::array<double, grid>, grid> products{};

  void add(std::span<const double> errors) {
    ++windows;
    for (std::size_t a = 0; a < grid; ++a) {
      sums[a] += errors[a];
      for (std::size_t b = 0; b <= a; ++b) products[a][b] += errors[a] * errors[b];
    }
  }
  void add(const Judgement& other) {
    if (other.windows == 0) return;
    const double least = *std::min_element(other.sums.begin(), other.sums.end()) / other.windows;
    const double weight = least > 0 ? 1 / least : 1.0;
    windows += other.windows;
    for (std::size_t a = 0; a < grid; ++a) {
      sums[a] += weight * other.sums[a];
      for (std::size_t b = 0; b <= a; ++b) products[a][b] += weight * weight * other.products[a][b];
    }
  }
  double product(std::size_t a, std::size_t b) const { return products[std::max(a, b)][std::min(a, b)]; }
  // Is `a` as good as `best`, when `apart` of the windows do not overlap?
  bool as_good(std::size_t a, std::size_t best, double apart) const {
    const double difference = (sums[a] - sums[best]) / windows;
    const double squares = (product(a, a) - 2 * product(a, best) + product(best, best)) / windows;
    const double variance = std::max(0.0, squares - difference * difference) * windows / (windows - 1);
    return difference <= std::sqrt(variance / apart);
  }
};

double choose_alpha(const Split& split, RidgeProblem& problem) {
  if (!(problem.unit() > 0)) return plain;
  std::array<double, grid> alphas;
  for (std::size_t g = 0; g < grid; ++g) alphas[g] = std::pow(10.0, -6 + 0.5 * static_cast<double>(g)) * problem.unit();
  Judgement all;
  const auto judge = [&](RidgeProblem& fitted, const Part& part) {
    Judgement one;
    fitted.errors(part, alphas, [&](std::span<const double> errors) { one.add(errors); });
    all.add(one);
  };
  if (split.validation.samples() > 0) judge(problem, split.validation);
  const Part& train = split.train;
  const bool few = split.validation.samples() < few_windows;
  if (few && problem.cost() < small_problem) {
    const Frame& frame = train.frame();
    const Index first = frame.target_row(train.first()), end = train.end_row();
    for (const int percent : {40, 55, 70, 85}) {
      const Index cut = first + (end - first) * percent / 100, next = first + (end - first) * (percent + 15) / 100;
      const Part before(frame, train.scaler(), train.first_row(), cut), after(frame, train.scaler(), cut, next);
      if (before.samples() < 8 || after.samples() < 2) continue;
      RidgeProblem part(before);
      judge(part, after);
    }
  }
  if (all.windows < 2) return plain;
  const auto best = static_cast<std::size_t>(std::min_element(all.sums.begin(), all.sums.end()) - all.sums.begin());
  if (!few) return alphas[best];
  const Framing& f = train.frame().framing();
  const double overlap = std::max(1.0, static_cast<double>(f.horizon) / static_cast<double>(f.stride));
  const double apart = std::max(1.0, all.windows / overlap);
  double alpha = alphas[best];
  for (std::size_t a = grid; a-- > 0;) {
    if (std::fabs(std::log(alphas[a] / plain)) < std::fabs(std::log(alpha / plain)) && all.as_good(a, best, apart))
      alpha = alphas[a];
  }
  return alpha;
}

}  // namespace

Ridge fit_ridge(const Split& split, const RidgeOptions& options) {
  if (options.alpha && !(*options.alpha >= 0 && std::isfinite(*options.alpha)))
    fail(Code::value, "ridge's alpha must be a finite number, at least 0: {.alpha = 1.0}, say.");
  RidgeProblem problem(split.train);
  return problem.solution(options.alpha ? *options.alpha : choose_alpha(split, problem));
}

Forecast forecast(const Ridge& ridge, const Part& part) {
  const Framing& f = part.frame().framing();
  const auto targets = static_cast<Index>(f.targets.size());
  if (ridge.inputs != elements(part.x_shapes()) || ridge.outputs != elements(part.y_shapes()) ||
      static_cast<Index>(ridge.weights.size()) != ridge.inputs * ridge.outputs ||
      static_cast<Index>(ridge.bias.size()) != ridge.outputs) {
    fail(Code::shape, "this ridge reads " + std::to_string(ridge.inputs) + " numbers and answers " +
                          std::to_string(ridge.outputs) + "; a window has " + std::to_string(elements(part.x_shapes())) +
                          " (lookback x features) and " + std::to_string(elements(part.y_shapes())) +
                          " (horizon x targets). Fit it on a split of the same framing.");
  }
  Forecast out(part.samples(), f.horizon, targets);
  if (part.samples() == 0) return out;
  Panels weights(ridge.inputs, ridge.outputs), x(0, 0);
  for (Index i = 0; i < ridge.inputs; ++i) {
    for (Index k = 0; k < ridge.outputs; ++k) weights(i, k) = ridge.weights[static_cast<std::size_t>(i * ridge.outputs + k)];
  }
  Windows windows(part, part.samples());
  const Means none{std::vector<double>(static_cast<std::size_t>(ridge.inputs)), {}};
  for (Index first = 0; first < windows.count(); first += windows.block()) {
    const Index end = std::min(windows.count(), first + windows.block());
    fill_by_window(windows, none, first, end, x);
    Matrix z(end - first, ridge.outputs);
    add_product(x, weights, z.values.data(), z.ld);
    for (Index i = first; i < end; ++i) {
      for (Index k = 0; k < ridge.outputs; ++k) {
        out(i, k / targets, k % targets) =
            part.original(z.row(i - first)[k] + ridge.bias[static_cast<std::size_t>(k)], i, k % targets);
      }
    }
  }
  return out;
}

}  // namespace rondo
