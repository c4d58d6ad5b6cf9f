// A metric that is the mean of one number a value over all valid rows, or a function of that mean.
#pragma once

#include "rondo/metrics/metric.h"

namespace rondo {

// Derived has double value(double y, double yhat).
template <class Derived>
class MeanOverRows : public Metric {
 public:
  void reset() noexcept override { sum_ = rows_ = 0; }
  void update(const MetricRows& b) noexcept override {
    const Derived& self = static_cast<const Derived&>(*this);
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      double row = 0;
      for (Index i = r * b.width; i < (r + 1) * b.width; ++i) {
        row += self.value(static_cast<double>(b.y[i]), static_cast<double>(b.yhat[i]));
      }
      sum_ += b.weight(r) * row / static_cast<double>(b.width);
      rows_ += b.weight(r);
    }
  }
  double result() const noexcept override { return rows_ == 0 ? 0.0 : sum_ / rows_; }

 private:
  double sum_ = 0, rows_ = 0;
};

}  // namespace rondo
