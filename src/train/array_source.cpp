#include "train/array_source.h"

#include <algorithm>

namespace rondo {

ArraySource::ArraySource(const std::vector<Array>& x, const std::vector<Array>& y, Shapes x_shapes, Shapes y_shapes)
    : x_shapes_(std::move(x_shapes)), y_shapes_(std::move(y_shapes)) {
  samples_ = x.empty() || x[0].ndim() == 0 ? 0 : x[0].shape()[0];
  const Index n = std::max<Index>(samples_, 1);
  for (const Array& array : x) x_.push_back({array.data(), array.size() / n});
  for (const Array& array : y) y_.push_back({array.data(), array.size() / n});
  for (Shape& shape : x_shapes_) shape = shape.with_first(None);
  for (Shape& shape : y_shapes_) shape = shape.with_first(None);
}

void ArraySource::gather(std::span<const Index> ids, std::span<real* const> x, std::span<real* const> y) const noexcept {
  const auto copy = [&](const std::vector<Rows>& from, std::span<real* const> to) {
    for (std::size_t i = 0; i < to.size(); ++i) {
      const Rows& rows = from[i];
      real* out = to[i];
      for (const Index id : ids) out = std::copy_n(rows.values + id * rows.width, rows.width, out);
    }
  };
  copy(x_, x);
  copy(y_, y);
}

}  // namespace rondo
