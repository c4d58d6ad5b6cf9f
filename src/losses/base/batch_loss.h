// Losses whose values are not those of rows: they compare whole sequences, samples with each other, or sums along chosen axes.
#pragma once

#include <cmath>
#include <limits>

#include "rondo/core/error.h"
#include "rondo/losses/loss.h"

namespace rondo {

class BatchLoss : public Loss {
 public:
  double row(const real*, const real*, Index, real*, double) const noexcept final {
    return std::numeric_limits<double>::quiet_NaN();  // batch() never asks
  }
  // Masked rows take no part, whatever the axes are.
  void check_masked(const Shape&) const override {}
};

}  // namespace rondo
