//  in training   y(t) = x(t) k / (1 - rate)     k = 0 with probability rate, else 1, one a feature for all t     dx = dy k / (1
//  - rate) otherwise     y = x
#include "core/registry.h"
#include "layers/base/drop.h"
#include "layers/base/require.h"
#include "rondo/layers/noise.h"

namespace rondo {
namespace {

class SpatialDropout1DLayer final : public DropLayer {
 public:
  std::string class_name() const override { return "SpatialDropout1D"; }
  void describe(ConfigVisitor& v) override {
    v.required("rate", rate);
    describe_seed(v, class_name(), seed);
  }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    require_sequences(*this, in);
    return in;
  }

 protected:
  bool shared(int axis, int) const override { return axis == 1; }
};

}  // namespace

SpatialDropout1D::SpatialDropout1D(double rate, const NoiseOptions& options) {
  auto layer = std::make_shared<SpatialDropout1DLayer>();
  layer->rate = rate;
  layer->seed = options.seed;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, spatial_dropout1d) {
  rondo::register_layer("SpatialDropout1D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::SpatialDropout1DLayer>()); });
}
