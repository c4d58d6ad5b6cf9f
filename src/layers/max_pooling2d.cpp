//  y[b, r, c, k] = max over i, j of x[b, r s + i, c s + j, k]
//
//  x (samples, rows, columns, channels)   y (samples, rows', columns', channels)   rows', columns': layers/spatial/window.h
//
//  dx of the first place that holds the maximum += dy
//
// The layer itself: layers/spatial/pooling.cpp.
#include "rondo/layers/max_pooling2d.h"

#include "core/registry.h"
#include "layers/spatial/pooling.h"

namespace rondo {
namespace {

class MaxPooling2DLayer final : public PoolingLayer {
 public:
  MaxPooling2DLayer() : PoolingLayer(2, true) {}
  std::string class_name() const override { return "MaxPooling2D"; }
};

}  // namespace

MaxPooling2D::MaxPooling2D(Size2D pool_size, const MaxPooling2DOptions& options) {
  auto layer = std::make_shared<MaxPooling2DLayer>();
  layer->take(pool_size.sizes(), options.strides.sizes(), options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, max_pooling2d) {
  rondo::register_layer("MaxPooling2D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::MaxPooling2DLayer>()); });
}
