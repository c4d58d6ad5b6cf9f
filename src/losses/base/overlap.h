// Losses of how far targets and outputs overlap, from three sums along chosen axes (all, if none is named), masked rows left
// out:
//   I = sum y yhat        Y = sum y        P = sum yhat
// One value for each place along the remaining axes; a value's weight is the mean of the weights of its rows. Without axes the
// batch has one value, which is the loss whatever the reduction; with weights, "sum" and "none" train on it times
// the sum of the samples' weights, as in Keras.
//   As in Keras behind a mask (batch_as_keras) masked rows are summed, too; then each value is laid over the rows, and counts
// once for every row that is not masked, with that row's weight.
#pragma once

#include <algorithm>
#include <array>

#include "core/registry.h"
#include "losses/base/batch_loss.h"
#include "losses/base/keras_masks.h"
#include "losses/base/reduce.h"
#include "losses/base/row.h"

namespace rondo {

struct Overlap {
  double i = 0, y = 0, p = 0;
};

// Derived has double value(Overlap) and Overlap slopes(Overlap): the value's derivatives (that by Y is not used).
template <class Derived>
class OverlapLoss : public BatchLoss, public MasksValues {
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

  double batch(const LossBatch& b) const noexcept override { return reduced(b, Places(b.sizes, axes_), false); }
  double batch_as_keras(const LossBatch& b) const noexcept override {
    const Places places(b.sizes, axes_);
    return reduced(b, places, b.mask && places.fit_mask());
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
    // Whether the values have a place for every entry of a mask (samples, time steps), whatever the sizes: Keras's error if
    // not.
    bool fit_mask() const noexcept {
      std::array<std::size_t, 8> axes{};  // that are not summed
      std::size_t n = 0;
      for (std::size_t a = 0; a < rank; ++a)
        if (step[a] != 0) axes[n++] = a;
      const auto is = [&](std::size_t at, std::size_t axis) { return axes[at] == axis || size[axes[at]] == 1; };
      if (n == 3 && size[axes[2]] == 1) n = 2;
      const std::size_t last = rank > 2 ? 1 : 0;  // axis of the mask
      return n <= last + 1 && (n < 1 || is(n - 1, last)) && (n < 2 || is(0, 0));
    }
  };

  // as_keras: each row's mask and weight are those of the value that the row's first element belongs to.
  double reduced(const LossBatch& b, const Places& places, bool as_keras) const noexcept {
    const Derived& self = static_cast<const Derived&>(*this);
    Group* groups = static_cast<Group*>(b.scratch);
    std::fill_n(groups, places.count, Group{});
    const Index width = b.width(), rows = b.rows();
    const auto summed = [&](Index r) { return as_keras || b.counts(r); };
    for (Index r = 0; r < rows; ++r) {
      for (Index c = 0; c < width && summed(r); ++c) {
        Group& g = groups[places.of(r * width + c)];
        const double y = static_cast<double>(b.y[r * width + c]), p = static_cast<double>(b.yhat[r * width + c]);
        g.sums.i += y * p;
        g.sums.y += y;
        g.sums.p += p;
        g.weight += as_keras ? 0 : b.weight(r);
        g.counted += 1;
      }
    }
    Reducer reducer(reduction());
    for (Index r = 0; as_keras && r < rows; ++r) {
      reducer.see(b.counts(r), b.weight(r));
      if (b.counts(r)) groups[places.of(r * width)].weight += b.weight(r);
    }
    for (Index k = 0; !as_keras && k < places.count; ++k) {
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
        const bool moves = summed(r) && g.counted > 0 && g.weight != 0;
        b.d[at] = moves ? static_cast<real>(g.sums.i * static_cast<double>(b.y[at]) + g.sums.p) : real(0);
      }
    }
    return reducer.value(sum);
  }
};

}  // namespace rondo
