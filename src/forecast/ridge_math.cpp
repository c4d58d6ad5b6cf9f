#include "forecast/ridge_math.h"

#include <algorithm>
#include <cmath>

#define RONDO_ISA_INCLUDE "forecast/ridge_isa.h"
#include "kernels/foreach_isa.h"

namespace rondo {
namespace {

constexpr Index deep = 256;  // rows of a panel that stay in the first cache
const IsaTable<RidgeKernels> table = RONDO_ISA_TABLE(make_ridge_kernels);

}  // namespace

const RidgeKernels& ridge_kernels() { return table.active(); }

void Panels::resize(Index rows, Index columns) {
  rows_ = rows;
  columns_ = columns;
  values_.assign(static_cast<std::size_t>(padded(columns) * rows), 0.0);
}

void add_product(const Panels& a, const Panels& b, double* c, Index ldc, bool lower) {
  const RidgeKernels& k = ridge_kernels();
  for (Index t = 0; t < a.rows(); t += deep) {
    const Index depth = std::min(deep, a.rows() - t);
    for (Index i = 0; i < padded(a.columns()) / 8; ++i) {
      const Index end = lower ? i + 1 : padded(b.columns()) / 8;
      for (Index j = 0; j < end; ++j) k.product(a.panel(i) + t * 8, b.panel(j) + t * 8, depth, c + (i * ldc + j) * 8, ldc);
    }
  }
}

Shifted::Shifted(std::vector<double> m, Index n)
    : n_(n),
      m_(std::move(m)),
      diagonal_(static_cast<std::size_t>(n)),
      beside_(static_cast<std::size_t>(n)),
      tau_(static_cast<std::size_t>(n)) {
  const Index ld = padded(n);
  double* const a = m_.data();
  for (Index i = 0; i < n; ++i) {
    mean_ += a[i * ld + i] / static_cast<double>(n);
    for (Index j = 0; j < i; ++j) a[j * ld + i] = a[i * ld + j];
  }
  const double size = mean_ > 0 ? 1 / mean_ : 0.0;  // near 1, so that no square overflows
  for (double& value : m_) value *= size;
  // u: the reflector of this step, v and w: the update A -= v w^T + w v^T that the last step left to do.
  std::vector<double> u(static_cast<std::size_t>(ld)), v = u, w = u, p = u;
  for (Index k = 0; k < n; ++k) {
    double* const row = a + k * ld;
    for (Index j = k; j < n; ++j) {
      row[j] -= v[static_cast<std::size_t>(k)] * w[static_cast<std::size_t>(j)] +
                w[static_cast<std::size_t>(k)] * v[static_cast<std::size_t>(j)];
    }
    const auto here = static_cast<std::size_t>(k);
    diagonal_[here] = row[k];
    if (k + 1 == n) break;
    double rest = 0;
    for (Index j = k + 2; j < n; ++j) rest += row[j] * row[j];
    const double x = row[k + 1];
    beside_[here] = x;
    std::fill(u.begin(), u.end(), 0.0);
    std::fill(p.begin(), p.end(), 0.0);
    if (rest > 0) {
      const double norm = std::sqrt(x * x + rest), beta = x > 0 ? -norm : norm;
      tau_[here] = (beta - x) / beta;
      beside_[here] = beta;
      for (Index j = k + 2; j < n; ++j) u[static_cast<std::size_t>(j)] = row[j] /= x - beta;
      u[here + 1] = row[k + 1] = 1;
    }
    ridge_kernels().reflect(a, ld, k + 1, n, (k + 1) / 8 * 8, v.data(), w.data(), u.data(), p.data());
    double dot = 0;
    for (std::size_t j = here + 1; j < static_cast<std::size_t>(n); ++j) dot += p[j] * u[j];
    const double tau = tau_[here];
    std::fill(w.begin(), w.end(), 0.0);
    for (std::size_t j = here + 1; j < static_cast<std::size_t>(n); ++j) w[j] = tau * (p[j] - tau / 2 * dot * u[j]);
    v = u;
  }
}

void Shifted::reflect(Index k, double* r, Index ld, std::vector<double>& t) const {
  const double tau = tau_[static_cast<std::size_t>(k)];
  if (tau == 0) return;
  const RidgeKernels& kernel = ridge_kernels();
  const double* const u = m_.data() + k * padded(n_);
  std::fill(t.begin(), t.end(), 0.0);
  for (Index i = k + 1; i < n_; ++i) kernel.axpy(t.data(), r + i * ld, u[i], ld);
  for (Index i = k + 1; i < n_; ++i) kernel.axpy(r + i * ld, t.data(), -tau * u[i], ld);
}

void Shifted::rotate(double* r, Index ld) const {
  std::vector<double> t(static_cast<std::size_t>(ld));
  for (Index k = 0; k < n_; ++k) reflect(k, r, ld, t);
}

void Shifted::unrotate(double* r, Index ld) const {
  std::vector<double> t(static_cast<std::size_t>(ld));
  for (Index k = n_ - 1; k >= 0; --k) reflect(k, r, ld, t);
}

void Shifted::solve(double alpha, const double* r, double* c, Index ld) const {
  const RidgeKernels& kernel = ridge_kernels();
  const auto n = static_cast<std::size_t>(n_);
  std::fill(c, c + n_ * ld, 0.0);
  if (!(mean_ > 0)) return;  // no input ever moves
  // T is of size 1 a row and rounded to some 1e-16 of that: along what M does not determine, a smaller shift would divide one
  // rounding error by another.
  constexpr double least = 1e-12;
  const double shift = std::max(alpha / mean_, least);
  std::vector<double> pivot(n);
  for (std::size_t i = 0; i < n; ++i) {
    double* const row = c + static_cast<Index>(i) * ld;
    std::copy_n(r + static_cast<Index>(i) * ld, ld, row);
    pivot[i] = diagonal_[i] + shift;
    if (i > 0) {
      const double factor = beside_[i - 1] / pivot[i - 1];
      pivot[i] -= factor * beside_[i - 1];
      kernel.axpy(row, row - ld, -factor, ld);
    }
    pivot[i] = std::max(pivot[i], least / 2);
  }
  for (std::size_t i = n; i-- > 0;) {
    double* const row = c + static_cast<Index>(i) * ld;
    if (i + 1 < n) kernel.axpy(row, row + ld, -beside_[i], ld);
    for (Index j = 0; j < ld; ++j) row[j] /= pivot[i];
  }
  for (Index j = 0; j < n_ * ld; ++j) c[j] /= mean_;
}

}  // namespace rondo
