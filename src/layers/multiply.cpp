//  y = a b ...                    da = dy b ..., summed over what was broadcast
//
// A masked step of an input counts as 1 and gets no gradient; where all inputs have a mask and none keeps the step, y = 0.
//
// Shapes and masks: layers/base/merge.h.
#include <algorithm>

#include "core/registry.h"
#include "layers/base/merge.h"
#include "rondo/layers/merge.h"

namespace rondo {
namespace {

class MultiplyLayer final : public MergeLayer {
 public:
  std::string class_name() const override { return "Multiply"; }

 protected:
  void row(std::span<const MergeRow> in, real* y, Index width) const noexcept override {
    const bool masked = std::all_of(in.begin(), in.end(), [](const MergeRow& p) { return p.masked && !p.keep; });
    std::fill_n(y, width, masked ? real(0) : real(1));
    for (const MergeRow& p : in)
      if (p.keep)
        for (Index f = 0; f < width; ++f) y[f] *= p.x[f * p.step];
  }
  void row_back(std::span<const MergeRow> in, const real* dy, Index width) const noexcept override {
    for (const MergeRow& p : in) {
      if (!p.dx || !p.keep) continue;
      for (Index f = 0; f < width; ++f) {
        real d = dy[f];
        for (const MergeRow& other : in)
          if (&other != &p && other.keep) d *= other.x[f * other.step];
        p.dx[f * p.step] += d;
      }
    }
  }
};

}  // namespace

Multiply::Multiply(const MergeOptions& options) : LayerRef(made_merge<MultiplyLayer>(options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, multiply) {
  rondo::register_layer("Multiply", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::MultiplyLayer>()); });
}
