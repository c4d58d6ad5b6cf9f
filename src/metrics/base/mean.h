// A metric that is the mean of one number a value over all valid rows, or a function of that mean.
#pragma once

#include "rondo/metrics/metric.h"

namespace rondo {

// Derived has static double value(double y, double yhat).
template <class Derived>
class MeanOverRows : public Metric {
 public:
  void reset() noexcept override { sum_ = rows_ = 0; }
  void update(const real* y, const real* yhat, Index rows, Index width, const std::uint8_t* mask) noexcept override {
    for (Index r = 0; r < rows; ++r) {
      if (mask && !mask[r]) continue;
      double row = 0;
      for (Index i = r * width; i < (r + 1) * width; ++i) {
        row += Derived::value(static_cast<double>(y[i]), static_cast<double>(yhat[i]));
      }
      sum_ += row / static_cast<double>(width);
      rows_ += 1;
    }
  }
  double result() const noexcept override { return rows_ == 0 ? 0.0 : sum_ / rows_; }

 private:
  double sum_ = 0, rows_ = 0;
};

}  // namespace rondo
