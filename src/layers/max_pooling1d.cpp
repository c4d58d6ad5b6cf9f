//  y[b, t, k] = max over i of x[b, t s + i, k]
//
//  x (samples, time steps, features)   y (samples, time steps', features)   time steps': layers/spatial/window.h
//
//  dx of the first time step that holds the maximum += dy
//
// The layer itself: layers/spatial/pooling.cpp.
#include "core/registry.h"
#include "layers/spatial/pooling.h"
#include "rondo/layers/pooling.h"

namespace rondo {
namespace {

class MaxPooling1DLayer final : public PoolingLayer {
 public:
  MaxPooling1DLayer() : PoolingLayer(1, true) {}
  std::string class_name() const override { return "MaxPooling1D"; }
};

}  // namespace

MaxPooling1D::MaxPooling1D(Index pool_size, const PoolingOptions& options) {
  auto layer = std::make_shared<MaxPooling1DLayer>();
  layer->take({pool_size}, options.strides, options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, max_pooling1d) {
  rondo::register_layer("MaxPooling1D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::MaxPooling1DLayer>()); });
}
