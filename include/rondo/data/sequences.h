// Sequences: samples of different lengths, each (time steps, features). A network takes them as they are: nothing is padded by
// hand, and what pads a batch is neither computed by recurrent layers nor seen by loss, metrics and gradients.
//
//     Sequences x(std::vector{Array(Shape{5, 2}), Array(Shape{9, 2})});
//     model.fit(x, y, {.bucket = true});      // Input({None, 2}) takes any length
#pragma once

#include <vector>

#include "rondo/core/array.h"

namespace rondo {

class Sequences {
 public:
  Sequences() = default;
  // Throws Error(shape) unless each has two axes, at least one time step, and the features of the first.
  explicit Sequences(std::vector<Array> samples);
  // The first lengths[i] time steps of sample i of a padded array (samples, time steps, features).
  static Sequences from_padded(const Array& padded, const std::vector<Index>& lengths);

  // Samples that lie one behind the other in one array (all time steps, features), lengths[i] time steps each. lengths as a
  // file holds them; they must be whole numbers, together the rows there are.
  static Sequences from_rows(const Array& rows, const Array& lengths);

  Index size() const { return static_cast<Index>(samples_.size()); }
  Index features() const { return samples_.empty() ? 0 : samples_[0].shape()[1]; }
  Index length(Index i) const { return samples_[static_cast<std::size_t>(i)].shape()[0]; }
  Index longest() const;
  const Array& operator[](Index i) const { return samples_[static_cast<std::size_t>(i)]; }
  // The samples of these numbers, in this order.
  Sequences take(const std::vector<Index>& samples) const;
  // (samples, longest, features), `value` behind the end of each.
  Array padded(real value = 0) const;

 private:
  std::vector<Array> samples_;
};

}  // namespace rondo
