//  y = a - b                    da = dy, db = -dy, summed over what was broadcast
//
// Shapes and masks: layers/base/merge.h.
#include <algorithm>

#include "core/registry.h"
#include "layers/base/merge.h"
#include "rondo/layers/merge.h"

namespace rondo {
namespace {

class SubtractLayer final : public MergeLayer {
 public:
  std::string class_name() const override { return "Subtract"; }

 protected:
  Index exact_inputs() const override { return 2; }
  void row(std::span<const MergeRow> in, real* y, Index width) const noexcept override {
    for (Index f = 0; f < width; ++f) y[f] = in[0].x[f * in[0].step] - in[1].x[f * in[1].step];
  }
  void row_back(std::span<const MergeRow> in, const real* dy, Index width) const noexcept override {
    for (Index f = 0; f < width; ++f) {
      if (in[0].dx) in[0].dx[f * in[0].step] += dy[f];
      if (in[1].dx) in[1].dx[f * in[1].step] -= dy[f];
    }
  }
};

}  // namespace

Subtract::Subtract(const MergeOptions& options) : LayerRef(made_merge<SubtractLayer>(options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, subtract) {
  rondo::register_layer("Subtract", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::SubtractLayer>()); });
}
