// Source: where batches come from. Arrays in memory are one; a frame over a table, whose windows are gathered per batch,
// another.
#pragma once

#include <span>

#include "rondo/core/array.h"

namespace rondo {

class Source {
 public:
  virtual ~Source() = default;
  virtual Index samples() const = 0;
  // Shapes of one batch with the first size None: {(None, 12, 3)}; y is empty when there are no targets.
  virtual Shapes x_shapes() const = 0;
  virtual Shapes y_shapes() const = 0;
  // Copies samples ids[0], ids[1], ... side by side into x[i] and y[i] (C order). Never fails: ids are in range.
  virtual void gather(std::span<const Index> ids, std::span<real* const> x, std::span<real* const> y) const noexcept = 0;
};

}  // namespace rondo
