//  y[b, k] = max over r, c of x[b, r, c, k]          dx = dy / holders at the places that hold the maximum, else 0
//
//  x (samples, rows, columns, channels)   y (samples, channels), or (samples, 1, 1, channels) with keepdims
//
// The layer itself: layers/spatial/pooling.cpp.
#include "rondo/layers/global_max_pooling2d.h"

#include "core/registry.h"
#include "layers/spatial/pooling.h"

namespace rondo {
namespace {

class GlobalMaxPooling2DLayer final : public GlobalPoolingLayer {
 public:
  GlobalMaxPooling2DLayer() : GlobalPoolingLayer(2, true) {}
  std::string class_name() const override { return "GlobalMaxPooling2D"; }
};

}  // namespace

GlobalMaxPooling2D::GlobalMaxPooling2D(const GlobalMaxPooling2DOptions& options) {
  auto layer = std::make_shared<GlobalMaxPooling2DLayer>();
  layer->take(options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, global_max_pooling2d) {
  rondo::register_layer("GlobalMaxPooling2D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::GlobalMaxPooling2DLayer>()); });
}
