//  z = x_t * W + h * U + b, four gates [i f g o] of its filters      c' = rec(f) c + rec(i) act(g)      h' = rec(o) act(c')
//
//  x (samples, time steps, rows, columns, channels)   W (window rows, window columns, channels, 4 filters)   b (4 filters)
//  h, c (samples, rows', columns', filters)           U (window rows, window columns, filters, 4 filters)
//
//  * is Conv2D's sum: over x with strides, padding and dilation_rate, over h with padding "same" and neither.
//
//  do = dh' act(c')   dc += dh' o act'(c')   di = dc g   df = dc c   dg = dc i   dc = dc f; through rec' and act' these are dz,
//  and dW, db, dx_t and dU, dh come of dz as in Conv2D.
//
// The layer itself: layers/spatial/conv_lstm.cpp.
#include "rondo/layers/conv_lstm2d.h"

#include "core/registry.h"
#include "layers/spatial/conv_lstm.h"

namespace rondo {
namespace {

class ConvLSTM2DLayer final : public ConvLSTMLayer {
 public:
  ConvLSTM2DLayer() : ConvLSTMLayer(2) {}
  std::string class_name() const override { return "ConvLSTM2D"; }
  std::shared_ptr<ConvLSTMLayer> make() const override { return std::make_shared<ConvLSTM2DLayer>(); }
};

}  // namespace

ConvLSTM2D::ConvLSTM2D(Index filters, Size2D kernel_size, const ConvLSTM2DOptions& options) {
  auto layer = std::make_shared<ConvLSTM2DLayer>();
  layer->window.size = kernel_size.sizes();
  layer->window.strides = options.strides.sizes();
  layer->window.dilation = options.dilation_rate.sizes();
  layer->take(filters, options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, conv_lstm2d) {
  rondo::register_layer("ConvLSTM2D", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::ConvLSTM2DLayer>()); });
}
