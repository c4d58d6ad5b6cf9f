//  y = the largest of a, b, ...                    da = dy where a is it, else 0
//
// Masks: layers/base/extreme.h. Shapes: layers/base/merge.h.
#include "core/registry.h"
#include "layers/base/extreme.h"
#include "rondo/layers/merge.h"

namespace rondo {
namespace {

struct Largest {
  static bool better(real a, real b) noexcept { return a > b; }
};

class MaximumLayer final : public ExtremeLayer<Largest> {
 public:
  std::string class_name() const override { return "Maximum"; }
};

}  // namespace

Maximum::Maximum(const MergeOptions& options) : LayerRef(made_merge<MaximumLayer>(options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, maximum) {
  rondo::register_layer("Maximum", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::MaximumLayer>()); });
}
