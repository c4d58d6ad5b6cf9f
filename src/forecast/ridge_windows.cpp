#include "forecast/ridge_windows.h"

#include <cmath>

#include "rondo/core/error.h"

namespace rondo {

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

Panels panels_of(Matrix& m, Index rows, Index columns) {
  Panels out(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) out(i, j) = m.row(i)[j];
  }
  return out;
}

}  // namespace rondo
