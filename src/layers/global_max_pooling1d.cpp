//  y[b, k] = max over t of x[b, t, k]          dx = dy / holders at the time steps that hold the maximum, else 0
//
//  x (samples, time steps, features)   y (samples, features), or (samples, 1, features) with keepdims
//
// Keras takes padding for data here and loses the mask, so a mask is refused unless that is asked for.
// The layer itself: layers/spatial/pooling.cpp.
#include "core/registry.h"
#include "layers/spatial/pooling.h"
#include "rondo/layers/pooling.h"

namespace rondo {
namespace {

class GlobalMaxPooling1DLayer final : public GlobalPoolingLayer {
 public:
  GlobalMaxPooling1DLayer() : GlobalPoolingLayer(1, true) {}
  std::string class_name() const override { return "GlobalMaxPooling1D"; }
};

}  // namespace

GlobalMaxPooling1D::GlobalMaxPooling1D(const GlobalPoolingOptions& options) {
  auto layer = std::make_shared<GlobalMaxPooling1DLayer>();
  layer->take(options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, global_max_pooling1d) {
  rondo::register_layer("GlobalMaxPooling1D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::GlobalMaxPooling1DLayer>()); });
}
