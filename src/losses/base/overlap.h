// Losses of how far targets and outputs overlap, from three sums along chosen axes (all, if none is named), masked rows left
// out:
//   I = sum y yhat        Y = sum y        P = sum yhat
// One value for each place along the remaining axes; a value's weight is the mean of the weights of its rows. Without axes the
// batch has one value, which is the loss whatever the reduction; with weights, "sum" and "none" train on it times
// the sum of the samples' weights, as in Keras.
#pragma once

#include <algorithm>
#include <array>

#include "core/registry.h"
#include "losses/base/batch_loss.h"
#include "losses/base/reduce.h"
#include "losses/base/row.h"

namespace rondo {

struct Overlap {
  double i = 0, y = 0, p = 0;
};

// Derived has double value(Overlap) and Overlap slopes(Overlap): the value's derivatives (that by Y is not used).
template <class Derived>
class OverlapLoss : public BatchLoss {
 public:
  explicit OverlapLoss(std::vector<Index> axes = {}) : axes_(std::move(axes)) {}

  void check_output(const Shape& output) const override {
    for (const Index axis : axes_) {
      if (axis < -output.rank() || axis >= output.rank()) {
        fail(Code::shape, class_name() + ": the model's output " + output.text() + " has no axis " + std::to_string(axis) +
                              "; axes count from 0 (the samples) to " + std::to_string(output.rank() - 1));
      }
    }
  }
  std::size_t scratch(const Shape& output, Index) const override {
    return static_cast<std::size_t>(checked_mul(output.elements(), static_cast<Index>(sizeof(Group))));
  }

  double batch(const LossBatch& b) const noexcept override {
    const Derived& self = static_cast<const Derived&>(*this);
    const Places places(b.sizes, axes_);
    Group* groups = static_cast<Group*>(b.scratch);
    std::fill_n(groups, places.count, Group{});
    const Index width = b.width(), rows = b.rows();
    for (Index r = 0; r < rows; ++r) {
      const bool counts = b.counts(r);
      for (Index c = 0; c < width; ++c) {
        Group& g = groups[places.of(r * width + c)];
        if (!counts) continue;
        const double y = static_cast<double>(b.y[r * width + c]), p = static_cast<double>(b.yhat[r * width + c]);
        g.sums.i += y * p;
        g.sums.y += y;
        g.sums.p += p;
        g.weight += b.weight(r);
        g.counted += 1;
      }
    }
    Reducer reducer(reduction());
    for (Index k = 0; k < places.count; ++k) {
      Group& g = groups[k];
      if (g.counted > 0) g.weight /= g.counted;
      // Keras multiplies the one value by the weights, and has as many values as samples then.
      const bool as_samples = places.one && b.weights && (reduction() == Reduction::sum || reduction() == Reduction::none);
      if (as_samples) g.weight *= static_cast<double>(b.samples());
      for (Index i = 1; as_samples && i < b.samples(); ++i) reducer.see(g.counted > 0, 0);
      reducer.see(g.counted > 0, g.weight);
    }
    double sum = 0;
    for (Index k = 0; k < places.count; ++k) {
      Group& g = groups[k];
      if (g.counted == 0 || g.weight == 0) continue;
      sum += g.weight * self.value(g.sums);
      const Overlap by = self.slopes(g.sums);
      const double scale = b.factor * g.weight * reducer.slope();
      g.sums = {scale * by.i, 0, scale * by.p};
    }
    for (Index r = 0; b.d && r < rows; ++r) {
      for (Index c = 0; c < width; ++c) {
        const Index at = r * width + c;
        const Group& g = groups[places.of(at)];
        const bool moves = b.counts(r) && g.counted > 0 && g.weight != 0;
        b.d[at] = moves ? static_cast<real>(g.sums.i * static_cast<double>(b.y[at]) + g.sums.p) : real(0);
      }
    }
    return reducer.value(sum);
  }

 protected:
  std::vector<Index> axes_;

 private:
  struct Group {
    Overlap sums;
    double weight = 0, counted = 0;
  };

  // Which value an element belongs to: its place along the axes that are not summed.
  struct Places {
    Index count = 1;
    bool one = true;
    std::array<Index, 8> size{}, step{};  // step: of the value, 0 along an axis that is summed
    std::size_t rank;
    Places(std::span<const Index> sizes, const std::vector<Index>& axes) : rank(sizes.size()) {
      for (std::size_t a = rank; a-- > 0;) {
        const Index number = static_cast<Index>(a), from_the_end = number - static_cast<Index>(rank);
        const bool summed = axes.empty() || std::find(axes.begin(), axes.end(), number) != axes.end() ||
                            std::find(axes.begin(), axes.end(), from_the_end) != axes.end();
        size[a] = sizes[a];
        step[a] = summed ? 0 : count;
        if (!summed) count *= sizes[a], one = false;
      }
    }
    Index of(Index element) const noexcept {
      Index value = 0;
      for (std::size_t a = rank; a-- > 0; element /= size[a]) value += element % size[a] * step[a];
      return value;
    }
  };
};

}  // namespace rondo
