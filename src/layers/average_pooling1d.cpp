//  y[b, t, k] = mean over i of x[b, t s + i, k], of the n time steps that are there
//
//  x (samples, time steps, features)   y (samples, time steps', features)   time steps': layers/spatial/window.h
//
//  dx of each += dy / n
//
// The layer itself: layers/spatial/pooling.cpp.
#include "core/registry.h"
#include "layers/spatial/pooling.h"
#include "rondo/layers/pooling.h"

namespace rondo {
namespace {

class AveragePooling1DLayer final : public PoolingLayer {
 public:
  AveragePooling1DLayer() : PoolingLayer(1, false) {}
  std::string class_name() const override { return "AveragePooling1D"; }
};

}  // namespace

AveragePooling1D::AveragePooling1D(Index pool_size, const PoolingOptions& options) {
  auto layer = std::make_shared<AveragePooling1DLayer>();
  layer->take({pool_size}, options.strides, options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, average_pooling1d) {
  rondo::register_layer("AveragePooling1D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::AveragePooling1DLayer>()); });
}
