//  y = x, or negative_slope x where x < 0          dx = dy, or negative_slope dy
#include "core/registry.h"
#include "core/words.h"
#include "layers/base/elementwise.h"
#include "rondo/layers/activation.h"

namespace rondo {
namespace {

class LeakyReLULayer final : public FunctionLayer<LeakyReLULayer> {
 public:
  double negative_slope = 0.3;

  std::string class_name() const override { return "LeakyReLU"; }
  void describe(ConfigVisitor& v) override { v.field("negative_slope", negative_slope, 0.3); }
  void check() const override {
    if (!(negative_slope >= 0))
      fail(Code::value, "LeakyReLU: negative_slope must not be negative; got " + short_number(negative_slope));
  }
  real value(real x) const { return x < 0 ? static_cast<real>(negative_slope) * x : x; }
  real slope(real x) const { return x < 0 ? static_cast<real>(negative_slope) : real(1); }
};

}  // namespace

LeakyReLU::LeakyReLU(const LeakyReLUOptions& options) {
  auto layer = std::make_shared<LeakyReLULayer>();
  layer->negative_slope = options.negative_slope;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, leaky_re_lu) {
  rondo::register_layer("LeakyReLU", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::LeakyReLULayer>()); });
}
