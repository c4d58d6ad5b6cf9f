// Attention over any axes that lie side by side: (samples, ..., steps, ..., features), where `steps` are the axes first..last
// taken together. Rows that differ only in them form a group, and look at each other; there is a group for each place of the
// other axes.
//
//   row t of group (o, i) = (o steps + t) inner + i         outer: sizes before `first`, inner: sizes behind `last`
//
// The scores of all groups and heads: (samples, other axes, heads, steps of query, steps of value).
#pragma once

#include <array>
#include <string>
#include <vector>

#include "rondo/layers/layer.h"

namespace rondo {

struct AttentionAxes {
  int first = 1, last = 1;

  // Keras's attention_axes for inputs of this rank; none: all but samples and features. They fit (require_attention_axes).
  static AttentionAxes of(const std::vector<Index>& axes, int rank) noexcept {
    if (axes.empty()) return {1, rank - 2};
    const auto at = [&](Index a) { return static_cast<int>(a < 0 ? a + rank : a); };
    return {at(axes.front()), at(axes.back())};
  }
  int count() const { return last - first + 1; }
  bool contain(int axis) const { return axis >= first && axis <= last; }
};

struct AttentionGroups {
  Index outer = 1, steps = 1, inner = 1;  // outer: samples among them

  AttentionGroups(const Dims& dims, AttentionAxes axes) noexcept {
    for (int a = 0; a < dims.rank - 1; ++a) (a < axes.first ? outer : a > axes.last ? inner : steps) *= dims[a];
  }
  Index count() const { return outer * inner; }
  // The first row of a group; the next ones follow at distances of `inner`.
  Index first_row(Index group) const { return group / inner * steps * inner + group % inner; }
};

// Throws Error(value | unsupported) for what can be no axes of attention whatever the inputs.
void check_attention_axes(const std::string& layer, const std::vector<Index>& axes);
// Throws Error(shape) unless query, value and perhaps key, of more than three axes, fit each other and have these axes.
void require_attention_axes(const Layer& layer, const Shapes& in, const std::vector<Index>& axes);
// The product of the sizes of these axes; of all but the last; and a shape with other features. Throw Error(memory) on
// overflow.
Index steps_of(const Shape& shape, AttentionAxes axes);
Index rows_of(const Shape& shape);
Shape with_features(const Shape& shape, const std::vector<Index>& features);
// (samples, other axes, heads, axes of query, axes of value)
Shape scores_shape(const Shape& query, const Shape& value, Index heads, AttentionAxes axes);

// An attention_mask among a call's inputs: not 0 where a query may look at a value. Its last axes are those of the steps of
// query and value, its first ones those of the scores, as many as it has; each of its sizes fits or is 1.
//
//   (samples, T, S)    (samples, heads, T, S)    (samples, 1, S)    (samples, 1, T, 1)
class AttentionMask {
 public:
  // The mask is laid out along the scores, axis by axis.
  AttentionMask(const Port& mask, const Dims& query, const Dims& value, Index heads, AttentionAxes axes) noexcept;
  // The steps of query (T) by those of value (S) of one group and head, 1 or 0.
  void of(Index group, Index head, std::uint8_t* allowed) const noexcept;

  // Throws Error(shape) unless a mask of this shape fits scores of that one.
  static void require(const Layer& layer, const Shape& mask, const Shape& scores, AttentionAxes axes);

 private:
  static constexpr int most = 2 * Dims::max_rank;
  const real* values_;
  std::array<Index, most> size_{}, stride_{};  // by axis of the scores; stride 0: the same for all
  int rank_ = 0, lead_ = 0;                    // lead: axes before the steps
};

}  // namespace rondo
