//  y = the smallest of a, b, ...                    da = dy where a is it, else 0
//
// Masks: layers/base/extreme.h. Shapes: layers/base/merge.h.
#include "core/registry.h"
#include "layers/base/extreme.h"
#include "rondo/layers/merge.h"

namespace rondo {
namespace {

struct Smallest {
  static bool better(real a, real b) noexcept { return a < b; }
};

class MinimumLayer final : public ExtremeLayer<Smallest> {
 public:
  std::string class_name() const override { return "Minimum"; }
};

}  // namespace

Minimum::Minimum(const MergeOptions& options) : LayerRef(made_merge<MinimumLayer>(options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, minimum) {
  rondo::register_layer("Minimum", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::MinimumLayer>()); });
}
