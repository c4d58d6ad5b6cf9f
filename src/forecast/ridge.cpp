//   x, y: a window's inputs and targets less their means over the windows used;  X, Y: all of them, a row each
//   primal, inputs <= windows:   W = (X^T X + alpha I)^-1 X^T Y
//   dual, otherwise:             W = X^T (X X^T + alpha I)^-1 Y         the same W, from the smaller matrix
//   b = mean(y) - W^T mean(x)
//
// Windows are gathered in blocks, twice: for the means, and less the means.
#include "rondo/forecast/ridge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "forecast/ridge_math.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

// What one core does in about a second, and what fits in 50 MB beside the weights.
constexpr double multiply_adds = 4e9;
constexpr Index largest_system = 1200;  // rows of the matrix that is brought to tridiagonal form
constexpr Index gathered_values = 50'000'000;
constexpr Index block_values = 2'000'000;  // of one block of windows
constexpr Index search_outputs = 32;       // outputs that choose alpha, evenly taken

// alpha = 10^(-6, -5.5, ... 3) times the mean over inputs of their sum of squares. So the grid means the same whatever the
// units of the columns and the number of windows.
constexpr int grid = 19;
double grid_step(int i) { return std::pow(10.0, -6 + 0.5 * i); }
constexpr double without_validation = 1e-2;

Index elements(const Shapes& shapes) { return shapes[0].with_first(1).elements(); }

// `count` windows of a part, evenly taken, as panels of doubles less their means.
class Windows {
 public:
  Windows(const Part& part, Index count)
      : part_(part), count_(count), inputs_(elements(part.x_shapes())), outputs_(elements(part.y_shapes())) {}

  Index count() const { return count_; }
  Index inputs() const { return inputs_; }
  Index outputs() const { return outputs_; }
  Index block() const { return std::clamp(block_values / std::max(inputs_, outputs_) / 8 * 8, Index{8}, Index{256}); }

  // Calls each(i, x, y) for windows first, first + 1, ... of this sample of windows.
  template <class Each>
  void read(Index first, Index end, Each&& each) {
    const Index at_once = std::clamp<Index>(65'536 / (inputs_ + outputs_), 1, 256);
    x_.resize(static_cast<std::size_t>(at_once * inputs_));
    y_.resize(static_cast<std::size_t>(at_once * outputs_));
    for (Index i = first; i < end; i += at_once) {
      ids_.clear();
      for (Index j = i; j < std::min(end, i + at_once); ++j) ids_.push_back(place(j));
      real* const x[] = {x_.data()};
      real* const y[] = {y_.data()};
      part_.gather(ids_, x, y);
      for (Index j = 0; j < static_cast<Index>(ids_.size()); ++j)
        each(i + j, x_.data() + j * inputs_, y_.data() + j * outputs_);
    }
  }

 private:
  // floor(i * samples / count), whose product may not fit an integer.
  Index place(Index i) const {
    const Index whole = part_.samples() / count_, rest = part_.samples() % count_;
    return i * whole + static_cast<Index>(static_cast<double>(i) * static_cast<double>(rest) / static_cast<double>(count_));
  }
  const Part& part_;
  Index count_, inputs_, outputs_;
  std::vector<Index> ids_;
  std::vector<real> x_, y_;
};

struct Means {
  std::vector<double> x, y;
  std::vector<bool> constant = {};  // inputs that are the same number in every window
};

Means means(Windows& windows) {
  Means out{std::vector<double>(static_cast<std::size_t>(windows.inputs())),
            std::vector<double>(static_cast<std::size_t>(windows.outputs()))};
  std::vector<real> first;
  out.constant.assign(out.x.size(), true);
  windows.read(0, windows.count(), [&](Index i, const real* x, const real* y) {
    if (i == 0) first.assign(x, x + out.x.size());
    for (std::size_t j = 0; j < first.size(); ++j) {
      if (x[j] != first[j]) out.constant[j] = false;
    }
    for (double& sum : out.x) sum += static_cast<double>(*x++);
    for (double& sum : out.y) sum += static_cast<double>(*y++);
  });
  for (auto* sums : {&out.x, &out.y}) {
    for (double& sum : *sums) sum /= static_cast<double>(windows.count());
  }
  for (std::size_t j = 0; j < first.size(); ++j) {
    if (out.constant[j]) out.x[j] = static_cast<double>(first[j]);  // less its mean it is 0, and not what rounding leaves
  }
  for (const auto* all : {&out.x, &out.y}) {
    if (std::all_of(all->begin(), all->end(), [](double v) { return std::isfinite(v); })) continue;
    fail(Code::value,
         "the windows hold values too large for the network's numbers. Say .normalize = Normalize::window or "
         "Normalize::standard, or bring the columns to a smaller unit.");
  }
  return out;
}

// Windows [first, end) less their means: a column of `panels` an input (k = window), or a column a window (k = input).
void fill_by_input(Windows& w, const Means& m, Index first, Index end, Panels& x, Panels& y) {
  x.resize(end - first, w.inputs());
  y.resize(end - first, w.outputs());
  w.read(first, end, [&](Index i, const real* px, const real* py) {
    for (Index j = 0; j < w.inputs(); ++j) x(i - first, j) = static_cast<double>(px[j]) - m.x[static_cast<std::size_t>(j)];
    for (Index j = 0; j < w.outputs(); ++j) y(i - first, j) = static_cast<double>(py[j]) - m.y[static_cast<std::size_t>(j)];
  });
}

void fill_by_window(Windows& w, const Means& m, Index first, Index end, Panels& x) {
  x.resize(w.inputs(), end - first);
  w.read(first, end, [&](Index i, const real* px, const real*) {
    for (Index j = 0; j < w.inputs(); ++j) x(j, i - first) = static_cast<double>(px[j]) - m.x[static_cast<std::size_t>(j)];
  });
}

// rows x columns of doubles whose row stride is a multiple of 8
struct Matrix {
  Matrix(Index r, Index c) : rows(r), ld(padded(c)), values(static_cast<std::size_t>(padded(r) * padded(c))) {}
  double* row(Index i) { return values.data() + i * ld; }
  Index rows, ld;
  std::vector<double> values;
};

Panels panels_of(Matrix& m, Index rows, Index columns) {
  Panels out(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) out(i, j) = m.row(i)[j];
  }
  return out;
}

// The normal equations of one part, primal or dual, turned by Q^T.
class Problem {
 public:
  explicit Problem(const Part& part) : windows_(part, affordable(part)), means_(means(windows_)) {
    const Index n = windows_.count(), d = windows_.inputs();
    dual_ = d > n;
    Matrix system(size(), size());
    right_.emplace(size(), windows_.outputs());
    if (dual_) {
      Panels a(0, 0), b(0, 0);
      for (Index i = 0; i < n; i += windows_.block()) {
        fill_by_window(windows_, means_, i, std::min(n, i + windows_.block()), a);
        for (Index j = 0; j < i; j += windows_.block()) {
          fill_by_window(windows_, means_, j, std::min(n, j + windows_.block()), b);
          add_product(a, b, system.row(i) + j, system.ld);
        }
        add_product(a, a, system.row(i) + i, system.ld, true);
      }
      windows_.read(0, n, [&](Index i, const real*, const real* y) {
        for (Index k = 0; k < windows_.outputs(); ++k)
          right_->row(i)[k] = static_cast<double>(y[k]) - means_.y[static_cast<std::size_t>(k)];
      });
    } else {
      Panels x(0, 0), y(0, 0);
      for (Index i = 0; i < n; i += windows_.block()) {
        fill_by_input(windows_, means_, i, std::min(n, i + windows_.block()), x, y);
        add_product(x, x, system.values.data(), system.ld, true);
        add_product(x, y, right_->values.data(), right_->ld);
      }
    }
    shifted_.emplace(std::move(system.values), size());
    shifted_->rotate(right_->values.data(), right_->ld);
    // trace(X X^T) = trace(X^T X): the mean over inputs, also in the dual.
    unit_ = shifted_->mean_diagonal() * static_cast<double>(size()) / static_cast<double>(d);
  }

  Index size() const { return dual_ ? windows_.count() : windows_.inputs(); }
  double unit() const { return unit_; }

  // The alpha of the grid with the smallest mean absolute error on `part`.
  double search(const Part& part) {
    const Index outputs = std::min(search_outputs, windows_.outputs()), columns = grid * outputs;
    std::vector<Index> chosen;
    for (Index k = 0; k < outputs; ++k) chosen.push_back(k * windows_.outputs() / outputs);
    // Solutions of all alphas, side by side.
    Matrix some(size(), outputs), one(size(), outputs), all(size(), columns);
    for (Index i = 0; i < size(); ++i) {
      for (std::size_t k = 0; k < chosen.size(); ++k) some.row(i)[k] = right_->row(i)[chosen[k]];
    }
    for (int g = 0; g < grid; ++g) {
      shifted_->solve(grid_step(g) * unit_, some.values.data(), one.values.data(), one.ld);
      for (Index i = 0; i < size(); ++i) std::copy_n(one.row(i), outputs, all.row(i) + g * outputs);
    }
    shifted_->unrotate(all.values.data(), all.ld);
    const Panels solutions = panels_of(all, size(), columns);

    const double cost = static_cast<double>(size()) * static_cast<double>(dual_ ? windows_.inputs() + columns : columns);
    const Index most = std::max<Index>(32, static_cast<Index>(multiply_adds / 8 / cost));
    Windows validation(part, std::min(part.samples(), most));
    std::array<double, grid> errors{};
    Panels x(0, 0), a(0, 0);
    std::vector<double> truth;
    for (Index first = 0; first < validation.count(); first += validation.block()) {
      const Index end = std::min(validation.count(), first + validation.block());
      fill_by_window(validation, means_, first, end, x);
      Matrix answer(end - first, columns);
      if (dual_) {
        Matrix kernel(size(), end - first);  // the windows learned from x these windows
        for (Index i = 0; i < size(); i += windows_.block()) {
          fill_by_window(windows_, means_, i, std::min(size(), i + windows_.block()), a);
          add_product(a, x, kernel.row(i), kernel.ld);
        }
        add_product(panels_of(kernel, size(), end - first), solutions, answer.values.data(), answer.ld);
      } else {
        add_product(x, solutions, answer.values.data(), answer.ld);
      }
      validation.read(first, end, [&](Index i, const real*, const real* y) {
        const double* const row = answer.row(i - first);
        for (Index g = 0; g < grid; ++g) {
          for (Index k = 0; k < outputs; ++k) {
            const auto at = static_cast<std::size_t>(chosen[static_cast<std::size_t>(k)]);
            errors[static_cast<std::size_t>(g)] += std::fabs(row[g * outputs + k] + means_.y[at] - static_cast<double>(y[at]));
          }
        }
      });
    }
    // The larger alpha of two that are as good.
    std::size_t best = grid - 1;
    for (std::size_t g = grid; g-- > 0;) {
      if (errors[g] < errors[best]) best = g;
    }
    return grid_step(static_cast<int>(best)) * unit_;
  }

  Ridge solution(double alpha) {
    const Index d = windows_.inputs(), outputs = windows_.outputs();
    Matrix c(size(), outputs);
    shifted_->solve(alpha, right_->values.data(), c.values.data(), c.ld);
    shifted_->unrotate(c.values.data(), c.ld);
    Ridge out{d,        outputs, std::vector<double>(static_cast<std::size_t>(checked_mul(d, outputs))),
              means_.y, alpha,   windows_.count()};
    const auto weights = [&](Index input, const double* row) {
      std::copy_n(row, outputs, out.weights.begin() + input * outputs);
    };
    if (dual_) {
      Matrix w(d, outputs);
      Panels x(0, 0), y(0, 0);
      for (Index i = 0; i < size(); i += windows_.block()) {
        const Index end = std::min(size(), i + windows_.block());
        fill_by_input(windows_, means_, i, end, x, y);
        for (Index j = i; j < end; ++j) {
          for (Index k = 0; k < outputs; ++k) y(j - i, k) = c.row(j)[k];
        }
        add_product(x, y, w.values.data(), w.ld);
      }
      for (Index i = 0; i < d; ++i) weights(i, w.row(i));
    } else {
      for (Index i = 0; i < d; ++i) weights(i, c.row(i));
    }
    for (Index i = 0; i < d; ++i) {
      if (means_.constant[static_cast<std::size_t>(i)]) std::fill_n(out.weights.begin() + i * outputs, outputs, 0.0);
      for (Index k = 0; k < outputs; ++k) {
        out.bias[static_cast<std::size_t>(k)] -=
            means_.x[static_cast<std::size_t>(i)] * out.weights[static_cast<std::size_t>(i * outputs + k)];
      }
    }
    return out;
  }

 private:
  // How many windows of the part the bounds allow.
  static Index affordable(const Part& part) {
    const auto d = static_cast<double>(elements(part.x_shapes()));
    const auto outputs = static_cast<double>(padded(elements(part.y_shapes())));
    const Index n = part.samples();
    Index most = std::min(n, std::max<Index>(32, gathered_values / elements(part.x_shapes())));
    // Windows beyond largest_system help only while the inputs are no more than it.
    if (d > static_cast<double>(largest_system)) most = std::min(most, largest_system);
    // The dual gathers its windows again for every block of others, which costs about what its products do.
    const auto cost = [&](double windows) { return windows * d * ((windows < d ? windows : d / 2) + outputs); };
    if (cost(static_cast<double>(most)) > multiply_adds) {
      Index low = 1, high = most;  // cost(low) fits, or nothing does
      while (low + 1 < high) {
        const Index middle = low + (high - low) / 2;
        (cost(static_cast<double>(middle)) > multiply_adds ? high : low) = middle;
      }
      most = std::max(low, std::min<Index>(n, 32));
    }
    return most;
  }

  Windows windows_;
  Means means_;
  bool dual_ = false;
  double unit_ = 0;
  std::optional<Matrix> right_;
  std::optional<Shifted> shifted_;
};

}  // namespace

Ridge fit_ridge(const Split& split, const RidgeOptions& options) {
  if (options.alpha && !(*options.alpha >= 0 && std::isfinite(*options.alpha)))
    fail(Code::value, "ridge's alpha must be a finite number, at least 0: {.alpha = 1.0}, say.");
  Problem problem(split.train);
  if (options.alpha) return problem.solution(*options.alpha);
  return problem.solution(split.validation.samples() > 0 ? problem.search(split.validation)
                                                         : without_validation * problem.unit());
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
