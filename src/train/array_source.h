// Arrays in memory as a Source. It looks at them; they must outlive it.
#pragma once

#include <vector>

#include "rondo/core/array.h"
#include "rondo/data/source.h"

namespace rondo {

class ArraySource final : public Source {
 public:
  // x_shapes, y_shapes: how the network takes the arrays (a trailing 1 added or taken away moves no value).
  ArraySource(const std::vector<Array>& x, const std::vector<Array>& y, Shapes x_shapes, Shapes y_shapes);
  Index samples() const override { return samples_; }
  Shapes x_shapes() const override { return x_shapes_; }
  Shapes y_shapes() const override { return y_shapes_; }
  void gather(std::span<const Index> ids, std::span<real* const> x, std::span<real* const> y) const noexcept override;

 private:
  struct Rows {
    const real* values;
    Index width;  // numbers in one sample
  };
  std::vector<Rows> x_, y_;
  Shapes x_shapes_, y_shapes_;
  Index samples_ = 0;
};

}  // namespace rondo
