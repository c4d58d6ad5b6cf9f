//  z = x_t * W + h * U + b, four gates [i f g o] of its filters      c' = rec(f) c + rec(i) act(g)      h' = rec(o) act(c')
//
//  x (samples, time steps, places, channels)   W (window, channels, 4 filters)   b (4 filters)
//  h, c (samples, places', filters)            U (window, filters, 4 filters)
//
//  * is Conv1D's sum: over x with strides, padding and dilation_rate, over h with padding "same" and neither. Backward as in
//  layers/conv_lstm2d.cpp.
//
// The layer itself: layers/spatial/conv_lstm.cpp.
#include "rondo/layers/conv_lstm1d.h"

#include "core/registry.h"
#include "layers/spatial/conv_lstm.h"

namespace rondo {
namespace {

class ConvLSTM1DLayer final : public ConvLSTMLayer {
 public:
  ConvLSTM1DLayer() : ConvLSTMLayer(1) {}
  std::string class_name() const override { return "ConvLSTM1D"; }
  std::shared_ptr<ConvLSTMLayer> make() const override { return std::make_shared<ConvLSTM1DLayer>(); }
};

}  // namespace

ConvLSTM1D::ConvLSTM1D(Index filters, Index kernel_size, const ConvLSTM1DOptions& options) {
  auto layer = std::make_shared<ConvLSTM1DLayer>();
  layer->window.size = {kernel_size};
  layer->window.strides = {options.strides};
  layer->window.dilation = {options.dilation_rate};
  layer->take(filters, options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, conv_lstm1d) {
  rondo::register_layer("ConvLSTM1D", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::ConvLSTM1DLayer>()); });
}
