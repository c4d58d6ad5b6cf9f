//   x, y: a window's inputs and targets less their means over the windows used;  X, Y: all of them, a row each
//   primal, inputs <= windows:   W = (X^T X + alpha I)^-1 X^T Y
//   dual, otherwise:             W = X^T (X X^T + alpha I)^-1 Y         the same W, from the smaller matrix
//   b = mean(y) - W^T mean(x)
//
// Windows are gathered in blocks, twice: for the means, and less the means.
#include "forecast/ridge_problem.h"

#include <algorithm>
#include <cmath>

#include "rondo/core/error.h"

namespace rondo {
namespace {

// What one core does in about a second, and what fits in 50 MB beside the weights.
constexpr double multiply_adds = 4e9;
constexpr Index largest_system = 1200;  // rows of the matrix that is brought to tridiagonal form
constexpr Index gathered_values = 50'000'000;
constexpr Index search_outputs = 32;  // outputs that choose alpha, evenly taken

// How many windows of the part the bounds allow.
Index affordable(const Part& part) {
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

}  // namespace

RidgeProblem::RidgeProblem(const Part& part) : windows_(part, affordable(part)), means_(means(windows_)) {
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

double RidgeProblem::cost() const {
  const auto n = static_cast<double>(windows_.count()), d = static_cast<double>(windows_.inputs());
  const auto m = static_cast<double>(size());
  return n * d * m / 2 + m * m * m;
}

void RidgeProblem::errors(const Part& part, std::span<const double> alphas,
                          const std::function<void(std::span<const double>)>& each) {
  const Index outputs = std::min(search_outputs, windows_.outputs()), grid = static_cast<Index>(alphas.size()),
              columns = grid * outputs;
  std::vector<Index> chosen;
  for (Index k = 0; k < outputs; ++k) chosen.push_back(k * windows_.outputs() / outputs);
  // Solutions of all alphas, side by side.
  Matrix some(size(), outputs), one(size(), outputs), all(size(), columns);
  for (Index i = 0; i < size(); ++i) {
    for (std::size_t k = 0; k < chosen.size(); ++k) some.row(i)[k] = right_->row(i)[chosen[k]];
  }
  for (Index g = 0; g < grid; ++g) {
    shifted_->solve(alphas[static_cast<std::size_t>(g)], some.values.data(), one.values.data(), one.ld);
    for (Index i = 0; i < size(); ++i) std::copy_n(one.row(i), outputs, all.row(i) + g * outputs);
  }
  shifted_->unrotate(all.values.data(), all.ld);
  const Panels solutions = panels_of(all, size(), columns);

  const double cost = static_cast<double>(size()) * static_cast<double>(dual_ ? windows_.inputs() + columns : columns);
  const Index most = std::max<Index>(32, static_cast<Index>(multiply_adds / 8 / cost));
  Windows validation(part, std::min(part.samples(), most));
  std::vector<double> errors(alphas.size());
  Panels x(0, 0), a(0, 0);
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
        double sum = 0;
        for (Index k = 0; k < outputs; ++k) {
          const auto at = static_cast<std::size_t>(chosen[static_cast<std::size_t>(k)]);
          sum += std::fabs(row[g * outputs + k] + means_.y[at] - static_cast<double>(y[at]));
        }
        errors[static_cast<std::size_t>(g)] = sum / static_cast<double>(outputs);
      }
      each(errors);
    });
  }
}

Ridge RidgeProblem::solution(double alpha) {
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

}  // namespace rondo
