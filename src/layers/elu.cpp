//  y = x, or alpha (exp(x) - 1) where x < 0          dx = dy, or alpha exp(x) dy
#include <cmath>

#include "core/registry.h"
#include "layers/base/elementwise.h"
#include "rondo/layers/activation.h"

namespace rondo {
namespace {

class ELULayer final : public FunctionLayer<ELULayer> {
 public:
  double alpha = 1;

  std::string class_name() const override { return "ELU"; }
  void describe(ConfigVisitor& v) override { v.field("alpha", alpha, 1.0); }
  real value(real x) const { return x < 0 ? static_cast<real>(alpha) * std::expm1(x) : x; }
  real slope(real x) const { return x < 0 ? static_cast<real>(alpha) * std::exp(x) : real(1); }
};

}  // namespace

ELU::ELU(const ELUOptions& options) {
  auto layer = std::make_shared<ELULayer>();
  layer->alpha = options.alpha;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, elu) {
  rondo::register_layer("ELU", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::ELULayer>()); });
}
