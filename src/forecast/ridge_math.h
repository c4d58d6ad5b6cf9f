// What a ridge regression needs of linear algebra, in double: products of panels, and symmetric systems (M + alpha I) C = R for
// many alphas.
//
// A panel holds 8 columns of a matrix, row by row: the columns of a (k x n) matrix are ceil(n/8) panels of k rows of 8, the
// last one padded with zeros.
#pragma once

#include <span>
#include <vector>

#include "rondo/core/types.h"

namespace rondo {

struct RidgeKernels {
  void (*product)(const double* a, const double* b, Index k, double* c, Index ldc);
  void (*axpy)(double* y, const double* x, double s, Index n);
  void (*reflect)(double* a, Index n, Index begin, Index end, Index first, const double* v, const double* w, const double* u,
                  double* p);
};
const RidgeKernels& ridge_kernels();

constexpr Index padded(Index n) { return (n + 7) / 8 * 8; }

class Panels {
 public:
  Panels(Index rows, Index columns)
      : rows_(rows), columns_(columns), values_(static_cast<std::size_t>(padded(columns) * rows)) {}
  Index rows() const { return rows_; }
  Index columns() const { return columns_; }
  // Later panels move when the number of rows does: what was there is lost.
  void resize(Index rows, Index columns);
  double& operator()(Index row, Index column) {
    return values_[static_cast<std::size_t>((column / 8 * rows_ + row) * 8 + column % 8)];
  }
  const double* panel(Index i) const { return values_.data() + i * rows_ * 8; }

 private:
  Index rows_, columns_;
  std::vector<double> values_;
};

// c += A^T B; c has padded(A.columns()) rows of stride ldc >= padded(B.columns()). `lower`: only the tiles on and below the
// diagonal.
void add_product(const Panels& a, const Panels& b, double* c, Index ldc, bool lower = false);

// M = Q T Q^T with T tridiagonal (Householder; Golub and Van Loan, Matrix Computations, 8.3), so that each alpha costs a pass
// over T and not a factorisation:
//
//     (M + alpha I) C = R    <=>    C = Q (T + alpha I)^-1 Q^T R
class Shifted {
 public:
  // m: n x n of row stride padded(n), symmetric and positive semidefinite; only the lower triangle is read.
  Shifted(std::vector<double> m, Index n);
  double mean_diagonal() const { return mean_; }
  // r: n rows of stride ld (a multiple of 8).
  void rotate(double* r, Index ld) const;    // r = Q^T r
  void unrotate(double* r, Index ld) const;  // r = Q r
  // c = (T + alpha I)^-1 r. An alpha too small for the rounding of M counts as the smallest that is not.
  void solve(double alpha, const double* r, double* c, Index ld) const;

 private:
  void reflect(Index k, double* r, Index ld, std::vector<double>& t) const;
  Index n_;
  double mean_ = 0;
  std::vector<double> m_;  // row k holds reflector k from column k + 1 on
  std::vector<double> diagonal_, beside_, tau_;
};

}  // namespace rondo
