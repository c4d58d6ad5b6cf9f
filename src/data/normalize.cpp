#include "rondo/data/normalize.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rondo/core/error.h"

namespace rondo {

namespace {

// NumPy's norm of n numbers, `step` apart.
double norm(const real* x, Index n, Index step, double order) {
  const double infinity = std::numeric_limits<double>::infinity();
  double sum = 0, least = infinity, most = 0;
  for (Index i = 0; i < n; ++i) {
    const double size = std::abs(static_cast<double>(x[i * step]));
    if (std::isnan(size)) return size;
    most = std::max(most, size);
    least = std::min(least, size);
    sum += order == 2 ? size * size : order == 0 ? size != 0 : std::isinf(order) ? 0 : std::pow(size, order);
  }
  if (std::isinf(order)) return order > 0 ? most : least;
  return order == 0 ? sum : order == 2 ? std::sqrt(sum) : std::pow(sum, 1 / order);
}

}  // namespace

Array normalize(const Array& x, const NormalizeOptions& options) {
  if (std::isnan(options.order)) fail(Code::value, "normalize: order is a number, 2 for the Euclidean norm; not nan");
  const Index rank = x.ndim(), axis = options.axis < 0 ? options.axis + rank : options.axis;
  if (axis < 0 || axis >= rank)
    fail(Code::shape,
         "normalize: axis " + std::to_string(options.axis) + " of an array of shape " + x.shape().text() + " does not exist");
  Array out = x;
  const Index n = x.shape()[axis];
  if (x.size() == 0) return out;
  Index inner = 1;
  for (Index a = axis + 1; a < rank; ++a) inner *= x.shape()[a];
  for (Index v = 0; v < x.size() / n; ++v) {
    real* const first = out.data() + v / inner * n * inner + v % inner;
    const double length = norm(first, n, inner, options.order);
    if (length == 0) continue;
    for (Index i = 0; i < n; ++i) first[i * inner] = static_cast<real>(static_cast<double>(first[i * inner]) / length);
  }
  return out;
}

}  // namespace rondo
