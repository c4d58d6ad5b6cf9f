//  y[b, r, c, k] = mean over i, j of x[b, r s + i, c s + j, k]
//
//  x (samples, rows, columns, channels)   y (samples, rows', columns', channels)   rows', columns': layers/spatial/window.h
//
//  dx[b, r s + i, c s + j, k] += dy[b, r, c, k] / places of the window inside the image
//
// The layer itself: layers/spatial/pooling.cpp.
#include "rondo/layers/average_pooling2d.h"

#include "core/registry.h"
#include "layers/spatial/pooling.h"

namespace rondo {
namespace {

class AveragePooling2DLayer final : public PoolingLayer {
 public:
  AveragePooling2DLayer() : PoolingLayer(2, false) {}
  std::string class_name() const override { return "AveragePooling2D"; }
};

}  // namespace

AveragePooling2D::AveragePooling2D(Size2D pool_size, const AveragePooling2DOptions& options) {
  auto layer = std::make_shared<AveragePooling2DLayer>();
  layer->take(pool_size.sizes(), options.strides.sizes(), options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, average_pooling2d) {
  rondo::register_layer("AveragePooling2D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::AveragePooling2DLayer>()); });
}
