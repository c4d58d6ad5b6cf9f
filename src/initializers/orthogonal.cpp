// A matrix with orthonormal rows or columns, whichever are fewer, times a gain:
//   A = Q R with A (max, min) standard normal and R's diagonal positive; the weight is Q, or Q^T if rows < columns.
// An LSTM's recurrent kernel (u, 4u) therefore has rows orthonormal across all four gates, as in Keras. Axes before the last
// are taken together. Gram and Schmidt's process gives the positive diagonal by itself.
#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "core/registry.h"
#include "rondo/initializers/initializer.h"

namespace rondo {
namespace {

using Parameters = std::map<std::string, double>;

double dot(const double* a, const double* b, Index n) {
  double sum[8] = {};
  Index i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; ++k) sum[k] += a[i + k] * b[i + k];
  }
  for (; i < n; ++i) sum[0] += a[i] * b[i];
  return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

// v -= along u
void take_away(double along, const double* __restrict u, double* __restrict v, Index n) {
  Index i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; ++k) v[i + k] -= along * u[i + k];
  }
  for (; i < n; ++i) v[i] -= along * u[i];
}

void orthogonal(const Parameters& p, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  if (shape.rank() < 2) {
    fail(Code::shape, "the orthogonal initializer needs a weight of at least 2 axes; this one is " + shape.text());
  }
  const Index total = shape.elements();
  const Index columns = shape[-1];
  const Index rows = columns == 0 ? 0 : total / columns;
  const Index length = std::max(rows, columns), count = std::min(rows, columns);
  const Random random(seed, stream);
  std::vector<double> q(static_cast<std::size_t>(total));  // vector j: length numbers from j * length
  std::vector<double> r(static_cast<std::size_t>(count));
  for (Index j = 0; j < count; ++j) {
    double* v = q.data() + j * length;
    for (Index i = 0; i < length; ++i) v[i] = random.normal(static_cast<std::uint64_t>(i * count + j));
    // Taking away what lies along the vectors before; once more if that took most of it away (then rounding shows).
    for (double before = std::sqrt(dot(v, v, length)), after = 0; after < 0.7 * before;) {
      if (after > 0) before = after;
      for (Index k = 0; k < j; ++k) r[static_cast<std::size_t>(k)] = dot(q.data() + k * length, v, length);
      for (Index k = 0; k < j; ++k) take_away(r[static_cast<std::size_t>(k)], q.data() + k * length, v, length);
      after = std::sqrt(dot(v, v, length));
      if (after == 0) break;
    }
    const double norm = std::sqrt(dot(v, v, length));
    for (Index i = 0; i < length; ++i) v[i] /= norm;
  }
  const double gain = p.at("gain");
  const bool transposed = rows < columns;
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      out[i * columns + j] =
          static_cast<real>(gain * q[static_cast<std::size_t>(transposed ? i * length + j : j * length + i)]);
    }
  }
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(initializers, orthogonal) {
  register_initializer({"orthogonal", "Orthogonal", {{"gain", 1.0}}, orthogonal}, {"OrthogonalInitializer"});
}
