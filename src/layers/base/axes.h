// Some axes of a tensor apart from the others: groups of values that are summed or normalised together.
#pragma once

#include <array>
#include <span>

#include "rondo/layers/plan.h"

namespace rondo {

// Value number (g, m): member m of group g, both counted in C order over their axes.
class AxisGroups {
 public:
  // axes: counted from 0, or from the end when negative; within the rank.
  AxisGroups(const Dims& dims, std::span<const Index> axes) noexcept {
    Index stride = 1;
    for (int axis = dims.rank - 1; axis >= 0; --axis) {
      bool inside = false;
      for (const Index a : axes) inside = inside || (a < 0 ? a + dims.rank : a) == axis;
      Part& part = inside ? members_ : groups_;
      part.size[static_cast<std::size_t>(part.axes)] = dims[axis];
      part.stride[static_cast<std::size_t>(part.axes++)] = stride;
      part.count *= dims[axis];
      stride *= dims[axis];
    }
  }
  Index groups() const noexcept { return groups_.count; }
  Index members() const noexcept { return members_.count; }
  Index group(Index g) const noexcept { return groups_.at(g); }    // place of its first value
  Index member(Index m) const noexcept { return members_.at(m); }  // how far from there

 private:
  struct Part {
    std::array<Index, Dims::max_rank> size{}, stride{};  // innermost first
    int axes = 0;
    Index count = 1;
    Index at(Index number) const noexcept {
      if (axes == 1) return number * stride[0];
      Index place = 0;
      for (int i = 0; i < axes; ++i) {
        const auto k = static_cast<std::size_t>(i);
        place += number % size[k] * stride[k];
        number /= size[k];
      }
      return place;
    }
  };
  Part groups_, members_;
};

}  // namespace rondo
