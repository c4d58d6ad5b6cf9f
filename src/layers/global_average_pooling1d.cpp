//  y[b, k] = sum of x[b, t, k] / n over the n time steps that the mask keeps, 0 if there are none (NaN under keras_mask_compat)
//
//  x (samples, time steps, features)   y (samples, features), or (samples, 1, features) with keepdims
//
//  dx = dy / n, 0 where masked
//
// The layer itself: layers/spatial/pooling.cpp.
#include "core/registry.h"
#include "layers/spatial/pooling.h"
#include "rondo/layers/pooling.h"

namespace rondo {
namespace {

class GlobalAveragePooling1DLayer final : public GlobalPoolingLayer {
 public:
  GlobalAveragePooling1DLayer() : GlobalPoolingLayer(1, false) {}
  std::string class_name() const override { return "GlobalAveragePooling1D"; }
};

}  // namespace

GlobalAveragePooling1D::GlobalAveragePooling1D(const GlobalPoolingOptions& options) {
  auto layer = std::make_shared<GlobalAveragePooling1DLayer>();
  layer->take(options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, global_average_pooling1d) {
  rondo::register_layer("GlobalAveragePooling1D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::GlobalAveragePooling1DLayer>()); });
}
