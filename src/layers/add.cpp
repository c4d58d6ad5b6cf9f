//  y = a + b + ...                    da = dy, summed over what was broadcast
//
// Shapes and masks: layers/base/merge.h.
#include "core/registry.h"
#include "layers/base/merge.h"
#include "rondo/layers/merge.h"

namespace rondo {
namespace {

class AddLayer final : public MergeLayer {
 public:
  std::string class_name() const override { return "Add"; }

 protected:
  void row(std::span<const MergeRow> in, real* y, Index width) const noexcept override {
    for (Index f = 0; f < width; ++f) y[f] = in[0].x[f * in[0].step];
    for (const MergeRow& p : in.subspan(1))
      for (Index f = 0; f < width; ++f) y[f] += p.x[f * p.step];
  }
  void row_back(std::span<const MergeRow> in, const real* dy, Index width) const noexcept override {
    for (const MergeRow& p : in)
      if (p.dx)
        for (Index f = 0; f < width; ++f) p.dx[f * p.step] += dy[f];
  }
};

}  // namespace

Add::Add(const MergeOptions& options) : LayerRef(made_merge<AddLayer>(options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, add) {
  rondo::register_layer("Add", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::AddLayer>()); });
}
