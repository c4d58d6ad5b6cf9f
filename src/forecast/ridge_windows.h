// The windows of a part as panels of doubles less their means, gathered in blocks.
#pragma once

#include <algorithm>
#include <vector>

#include "forecast/ridge_math.h"
#include "rondo/data/split.h"

namespace rondo {

inline Index elements(const Shapes& shapes) { return shapes[0].with_first(1).elements(); }

constexpr Index block_values = 2'000'000;  // of one block of windows

// `count` windows of a part, evenly taken.
class Windows {
 public:
  Windows(const Part& part, Index count)
      : part_(part), count_(count), inputs_(elements(part.x_shapes())), outputs_(elements(part.y_shapes())) {}

  Index count() const { return count_; }
  Index inputs() const { return inputs_; }
  Index outputs() const { return outputs_; }
  Index block() const { return std::clamp(block_values / std::max(inputs_, outputs_) / 8 * 8, Index{8}, Index{256}); }

  // Calls each(i, x, y) for windows first, first + 1, ... of this sample of windows.
  template <class Each>
  void read(Index first, Index end, Each&& each) {
    const Index at_once = std::clamp<Index>(65'536 / (inputs_ + outputs_), 1, 256);
    x_.resize(static_cast<std::size_t>(at_once * inputs_));
    y_.resize(static_cast<std::size_t>(at_once * outputs_));
    for (Index i = first; i < end; i += at_once) {
      ids_.clear();
      for (Index j = i; j < std::min(end, i + at_once); ++j) ids_.push_back(place(j));
      real* const x[] = {x_.data()};
      real* const y[] = {y_.data()};
      part_.gather(ids_, x, y);
      for (Index j = 0; j < static_cast<Index>(ids_.size()); ++j)
        each(i + j, x_.data() + j * inputs_, y_.data() + j * outputs_);
    }
  }

 private:
  // floor(i * samples / count), whose product may not fit an integer.
  Index place(Index i) const {
    const Index whole = part_.samples() / count_, rest = part_.samples() % count_;
    return i * whole + static_cast<Index>(static_cast<double>(i) * static_cast<double>(rest) / static_cast<double>(count_));
  }
  const Part& part_;
  Index count_, inputs_, outputs_;
  std::vector<Index> ids_;
  std::vector<real> x_, y_;
};

struct Means {
  std::vector<double> x, y;
  std::vector<bool> constant = {};  // inputs that are the same number in every window
};

// Throws Error(value) if they are not finite.
Means means(Windows& windows);

// Windows [first, end) less their means: a column of `panels` an input (k = window), or a column a window (k = input).
void fill_by_input(Windows& w, const Means& m, Index first, Index end, Panels& x, Panels& y);
void fill_by_window(Windows& w, const Means& m, Index first, Index end, Panels& x);

// rows x columns of doubles whose row stride is a multiple of 8
struct Matrix {
  Matrix(Index r, Index c) : rows(r), ld(padded(c)), values(static_cast<std::size_t>(padded(r) * padded(c))) {}
  double* row(Index i) { return values.data() + i * ld; }
  Index rows, ld;
  std::vector<double> values;
};

Panels panels_of(Matrix& m, Index rows, Index columns);

}  // namespace rondo
