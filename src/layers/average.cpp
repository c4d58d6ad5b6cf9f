//  y = (a + b + ...) / n                    da = dy / n, summed over what was broadcast
//
// Shapes and masks: layers/base/merge.h.
#include <algorithm>

#include "core/registry.h"
#include "layers/base/merge.h"
#include "rondo/layers/merge.h"

namespace rondo {
namespace {

class AverageLayer final : public MergeLayer {
 public:
  std::string class_name() const override { return "Average"; }

 protected:
  void row(std::span<const MergeRow> in, real* y, Index width) const noexcept override {
    const auto n = static_cast<real>(in.size());
    for (Index f = 0; f < width; ++f) {
      real sum = in[0].x[f * in[0].step];
      for (const MergeRow& p : in.subspan(1)) sum += p.x[f * p.step];
      y[f] = sum / n;
    }
  }
  void row_back(std::span<const MergeRow> in, const real* dy, Index width) const noexcept override {
    const auto n = static_cast<real>(in.size());
    for (const MergeRow& p : in)
      if (p.dx)
        for (Index f = 0; f < width; ++f) p.dx[f * p.step] += dy[f] / n;
  }
};

}  // namespace

Average::Average(const MergeOptions& options) : LayerRef(made_merge<AverageLayer>(options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, average) {
  rondo::register_layer("Average", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::AverageLayer>()); });
}
