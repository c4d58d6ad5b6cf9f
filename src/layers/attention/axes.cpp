#include "layers/attention/axes.h"

#include <algorithm>

#include "core/words.h"
#include "layers/base/names.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

// The axes of the scores: sizes given by what stands for samples and others, heads, query and value.
template <class Add>
void score_axes(const auto& query, const auto& value, int rank, Index heads, AttentionAxes axes, Add add) {
  for (int a = 0; a < rank - 1; ++a)
    if (!axes.contain(a)) add(query[a]);
  add(heads);
  for (int a = axes.first; a <= axes.last; ++a) add(query[a]);
  for (int a = axes.first; a <= axes.last; ++a) add(value[a]);
}

}  // namespace

void check_attention_axes(const std::string& layer, const std::vector<Index>& axes) {
  const std::string got = layer + ": attention_axes " + list_text(axes);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] == 0 || axes[i] == -1 || axes[i] <= -Dims::max_rank || axes[i] >= Dims::max_rank - 1)
      fail(Code::value, got + ": " + std::to_string(axes[i]) +
                            " is no axis of steps; they lie between the samples (axis 0) and the features (axis -1)");
    if (i > 0 && axes[i] != axes[i - 1] + 1)
      fail(Code::unsupported, got +
                                  " is not supported; axes that lie side by side, in ascending order, are, like {1, 2}. "
                                  "Permute brings others together");
  }
}

void require_attention_axes(const Layer& layer, const Shapes& in, const std::vector<Index>& axes) {
  const char* const names[] = {"query", "value", "key"};
  const auto rank = in[0].rank();
  std::string got;
  for (std::size_t i = 0; i < in.size(); ++i) got += std::string(i > 0 ? ", " : "") + names[i] + " " + in[i].text();
  const std::string call = layer.class_name() + "()({query, value" + (in.size() > 2 ? ", key})" : "})");
  for (const Index axis : axes) {
    const Index at = axis < 0 ? axis + rank : axis;
    if (at < 1 || at > rank - 2)
      fail(Code::shape, layer.described() + ": " + got + " have no axis of steps " + std::to_string(axis) +
                            "; attention_axes lie between the samples (axis 0) and the features (axis -1)");
  }
  const AttentionAxes over = AttentionAxes::of(axes, static_cast<int>(rank));
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i].rank() != rank)
      fail(ShapeReport{layer.described(), got + ": they have different numbers of axes",
                       "attention compares tensors that have the same axes", call, "each (samples, ..., features)"});
    if (in[i][-1] == None || in[i][-1] <= 0)
      fail(Code::shape,
           layer.described() + ": the number of features of its " + names[i] + " must be known; got " + in[i].text());
    for (int a = 1; a < rank - 1; ++a) {
      const Shape& other = in[over.contain(a) && i > 1 ? 1 : 0];  // a query may have other steps than the values
      if ((i > 1 || !over.contain(a)) && in[i][a] != None && other[a] != None && in[i][a] != other[a])
        fail(ShapeReport{
            layer.described(),
            got + ": axis " + std::to_string(a) + " differs" + (over.contain(a) ? "" : ", and attention is not over it"),
            "query, value and key have the same sizes in all axes that attention is not over; every value has "
            "one key",
            call, "attention_axes names the axes that may differ between query and value"});
    }
  }
}

Index steps_of(const Shape& shape, AttentionAxes axes) {
  Index n = 1;
  for (int a = axes.first; a <= axes.last; ++a) n = checked_mul(n, shape[a]);
  return n;
}

Index rows_of(const Shape& shape) {
  Index n = 1;
  for (Index a = 0; a + 1 < shape.rank(); ++a) n = checked_mul(n, shape[a]);
  return n;
}

Shape with_features(const Shape& shape, const std::vector<Index>& features) {
  std::vector<Index> sizes(shape.begin(), shape.end() - 1);
  sizes.insert(sizes.end(), features.begin(), features.end());
  return Shape(sizes);
}

Shape scores_shape(const Shape& query, const Shape& value, Index heads, AttentionAxes axes) {
  std::vector<Index> sizes;
  score_axes(query, value, static_cast<int>(query.rank()), heads, axes, [&](Index n) { sizes.push_back(n); });
  return Shape(sizes);
}

AttentionMask::AttentionMask(const Port& mask, const Dims& query, const Dims& value, Index heads, AttentionAxes axes) noexcept
    : values_(mask.values) {
  score_axes(query, value, query.rank, heads, axes, [&](Index n) { size_[static_cast<std::size_t>(rank_++)] = n; });
  lead_ = rank_ - 2 * axes.count();
  const int own_lead = mask.dims.rank - 2 * axes.count();
  Index stride = 1;
  for (int own = mask.dims.rank - 1; own >= 0; --own) {
    const int axis = own < own_lead ? own : own - own_lead + lead_;
    stride_[static_cast<std::size_t>(axis)] = mask.dims[own] == 1 ? 0 : stride;
    stride *= mask.dims[own];
  }
}

void AttentionMask::of(Index group, Index head, std::uint8_t* allowed) const noexcept {
  const auto at = [](int axis) { return static_cast<std::size_t>(axis); };
  Index offset = head * stride_[at(lead_ - 1)];
  for (int axis = lead_ - 2; axis >= 0; --axis) {
    offset += group % size_[at(axis)] * stride_[at(axis)];
    group /= size_[at(axis)];
  }
  Index n = 1;
  for (int axis = lead_; axis < rank_; ++axis) n *= size_[at(axis)];
  std::array<Index, most> place{};
  for (Index i = 0; i < n; ++i) {
    allowed[i] = values_[offset] != 0 ? 1 : 0;
    for (int axis = rank_ - 1; axis >= lead_; --axis) {  // the next place, as an odometer counts
      offset += stride_[at(axis)];
      if (++place[at(axis)] < size_[at(axis)]) break;
      offset -= stride_[at(axis)] * size_[at(axis)];
      place[at(axis)] = 0;
    }
  }
}

void AttentionMask::require(const Layer& layer, const Shape& mask, const Shape& scores, AttentionAxes axes) {
  const auto most_axes = scores.rank(), steps = Index{2} * axes.count(), lead = mask.rank() - steps;
  bool fits = lead >= 1 && mask.rank() <= most_axes;
  for (Index own = 1; own < mask.rank() && fits; ++own) {
    const Index size = scores[own < lead ? own : own - mask.rank() + most_axes];
    fits = mask[own] == None || size == None || mask[own] == 1 || mask[own] == size;
  }
  if (fits) return;
  const std::string whole = scores.text();
  std::vector<Index> shared;
  for (Index i = most_axes - steps; i < most_axes; ++i) shared.push_back(scores[i]);
  fail(ShapeReport{layer.described(), "attention_mask " + mask.text() + "; the weights are " + whole,
                   "an attention mask ends in the steps of query and value; before them it may have the axes of the weights, "
                   "and any size may be 1",
                   "Input(" + braces_text(Shape(shared)) + ")",
                   "the same for all heads: not 0 where a step of query may look at a step of value"});
}

}  // namespace rondo
