// A matrix with orthonormal rows or columns, whichever are fewer, times a gain:
//   A = Q R with A (max, min) standard normal and R's diagonal positive; the weight is Q, or Q^T if rows < columns.
// An LSTM's recurrent kernel (u, 4u) therefore has rows orthonormal across all four gates, as in Keras. Axes before the last
// are taken together. Gram and Schmidt's process gives the positive diagonal by itself.
#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "core/registry.h"
#include "rondo/core/error.h"
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

// Vectors are made in panels, and a panel goes through the finished ones in pieces that stay in the cache. Every number is what
// it is without panels: a dot product adds in the order of dot(), and vectors are taken away in their order.
constexpr Index panel = 16, piece = 512;

// r[k * panel + j] = q_k . v_j for the first `done` vectors q and the `wide` vectors v.
void all_dots(const double* q, Index done, const double* v, Index wide, Index length, double* r) {
  for (Index k = 0; k < done; ++k) {
    double sum[panel][8] = {};
    const Index whole = length - length % 8;
    for (Index from = 0; from < whole; from += piece) {
      const Index n = std::min(piece, whole - from);
      const double* a = q + k * length + from;
      for (Index j = 0; j < wide; ++j) {
        const double* b = v + j * length + from;
        double part[8];
        std::copy_n(sum[j], 8, part);
        for (Index i = 0; i < n; i += 8) {
          for (int l = 0; l < 8; ++l) part[l] += a[i + l] * b[i + l];
        }
        std::copy_n(part, 8, sum[j]);
      }
    }
    for (Index j = 0; j < wide; ++j) {
      double* s = sum[j];
      for (Index i = whole; i < length; ++i) s[0] += q[k * length + i] * v[j * length + i];
      r[k * panel + j] = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
    }
  }
}

// v = (((v - r0 a) - r1 b) - r2 c) - r3 d: four vectors taken away one after the other.
void take_four_away(const double* r, const double* __restrict a, Index stride, double* __restrict v, Index n) {
  const double r0 = r[0], r1 = r[panel], r2 = r[2 * panel], r3 = r[3 * panel];
  const double *b = a + stride, *c = b + stride, *d = c + stride;
  Index i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; ++k) v[i + k] = (((v[i + k] - r0 * a[i + k]) - r1 * b[i + k]) - r2 * c[i + k]) - r3 * d[i + k];
  }
  for (; i < n; ++i) v[i] = (((v[i] - r0 * a[i]) - r1 * b[i]) - r2 * c[i]) - r3 * d[i];
}

void take_all_away(const double* q, Index done, double* v, Index wide, Index length, const double* r) {
  for (Index from = 0; from < length; from += piece) {
    const Index n = std::min(piece, length - from);
    Index k = 0;
    for (; k + 4 <= done; k += 4) {
      for (Index j = 0; j < wide; ++j)
        take_four_away(r + k * panel + j, q + k * length + from, length, v + j * length + from, n);
    }
    for (; k < done; ++k) {
      for (Index j = 0; j < wide; ++j) take_away(r[k * panel + j], q + k * length + from, v + j * length + from, n);
    }
  }
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
  std::vector<double> r(static_cast<std::size_t>(checked_mul(count, panel)));
  std::vector<double> drawn(static_cast<std::size_t>(checked_mul(length, std::min(count, panel))));
  for (Index first = 0; first < count; first += panel) {
    const Index wide = std::min(panel, count - first);
    double* const v = q.data() + first * length;
    for (Index j = 0; j < wide; ++j) {
      for (Index i = 0; i < length; ++i)
        drawn[static_cast<std::size_t>(j * length + i)] = random.normal(static_cast<std::uint64_t>(i * count + first + j));
    }
    std::copy_n(drawn.data(), wide * length, v);
    all_dots(q.data(), first, drawn.data(), wide, length, r.data());
    take_all_away(q.data(), first, v, wide, length, r.data());
    for (Index j = 0; j < wide; ++j) {
      double* const own = v + j * length;
      const double* const start = drawn.data() + j * length;
      for (Index k = 0; k < j; ++k) take_away(dot(v + k * length, start, length), v + k * length, own, length);
      // Once more if that took most of it away: then rounding shows.
      double before = std::sqrt(dot(start, start, length)), after = std::sqrt(dot(own, own, length));
      while (after < 0.7 * before && after != 0) {
        before = after;
        for (Index k = 0; k < first + j; ++k) r[static_cast<std::size_t>(k * panel)] = dot(q.data() + k * length, own, length);
        for (Index k = 0; k < first + j; ++k)
          take_away(r[static_cast<std::size_t>(k * panel)], q.data() + k * length, own, length);
        after = std::sqrt(dot(own, own, length));
      }
      const double norm = std::sqrt(dot(own, own, length));
      for (Index i = 0; i < length; ++i) own[i] /= norm;
    }
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
