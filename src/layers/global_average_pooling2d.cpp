//  y[b, k] = mean over r, c of x[b, r, c, k]          dx[b, r, c, k] = dy[b, k] / (rows columns)
//
//  x (samples, rows, columns, channels)   y (samples, channels), or (samples, 1, 1, channels) with keepdims
//
// The layer itself: layers/spatial/pooling.cpp.
#include "rondo/layers/global_average_pooling2d.h"

#include "core/registry.h"
#include "layers/spatial/pooling.h"

namespace rondo {
namespace {

class GlobalAveragePooling2DLayer final : public GlobalPoolingLayer {
 public:
  GlobalAveragePooling2DLayer() : GlobalPoolingLayer(2, false) {}
  std::string class_name() const override { return "GlobalAveragePooling2D"; }
};

}  // namespace

GlobalAveragePooling2D::GlobalAveragePooling2D(const GlobalAveragePooling2DOptions& options) {
  auto layer = std::make_shared<GlobalAveragePooling2DLayer>();
  layer->take(options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, global_average_pooling2d) {
  rondo::register_layer("GlobalAveragePooling2D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::GlobalAveragePooling2DLayer>()); });
}
