// Maximum and Minimum: which input gives the value, as Keras 3.15 goes about masks. From left to right:
//
//   a masked step of an input is passed over; a later input replaces what only masked steps gave; once an input without a mask
//   was met, what came before counts
//
// dy goes to the input that gave the value, the first of equal ones.
#pragma once

#include "layers/base/merge.h"

namespace rondo {

// Better: `bool better(real a, real b)`, whether a goes before b.
template <class Better>
class ExtremeLayer : public MergeLayer {
 protected:
  void row(std::span<const MergeRow> in, real* y, Index width) const noexcept override {
    for (Index f = 0; f < width; ++f) {
      const MergeRow& p = in[chosen(in, f)];
      y[f] = p.x[f * p.step];
    }
  }
  void row_back(std::span<const MergeRow> in, const real* dy, Index width) const noexcept override {
    for (Index f = 0; f < width; ++f) {
      const MergeRow& p = in[chosen(in, f)];
      if (p.dx) p.dx[f * p.step] += dy[f];
    }
  }

 private:
  static std::size_t chosen(std::span<const MergeRow> in, Index f) noexcept {
    std::size_t best = 0;
    bool masked = in[0].masked, keep = in[0].keep;  // of what was merged so far
    for (std::size_t i = 1; i < in.size(); ++i) {
      const MergeRow& p = in[i];
      if (p.keep) {
        const real a = p.x[f * p.step], b = in[best].x[f * in[best].step];
        // A NaN wins, as in NumPy.
        if ((masked && !keep) || Better::better(a, b) || (a != a && b == b)) best = i;
      }
      keep = keep || p.keep;
      masked = masked && p.masked;
    }
    return best;
  }
};

}  // namespace rondo
