//  z[b, t, f] = b[f] + sum over i, k of x[b, t s + i d - before, k] W[i, k, f]          y = f(z)
//
//  x (samples, time steps, features)   W (window, features / groups, filters)   y (samples, time steps', filters)
//  time steps', before: layers/spatial/window.h
//
//  dz = dy f'(z);  dW[i, k, f] += sum over b, t of x[b, t s + i d - before, k] dz[b, t, f];  db += sum of dz
//  dx[b, t s + i d - before, k] += sum over f of W[i, k, f] dz[b, t, f]
//
// As products of patches: layers/spatial/patches.h. The layer itself: layers/spatial/convolution.cpp.
#include "rondo/layers/conv1d.h"

#include "core/registry.h"
#include "layers/spatial/convolution.h"

namespace rondo {
namespace {

class Conv1DLayer final : public ConvolutionLayer {
 public:
  Conv1DLayer() : ConvolutionLayer(1) {}
  std::string class_name() const override { return "Conv1D"; }
};

}  // namespace

Conv1D::Conv1D(Index filters, Index kernel_size, const Conv1DOptions& options) {
  auto layer = std::make_shared<Conv1DLayer>();
  layer->window.size = {kernel_size};
  layer->window.strides = {options.strides};
  layer->window.dilation = {options.dilation_rate};
  layer->take(filters, options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, conv1d) {
  rondo::register_layer("Conv1D", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::Conv1DLayer>()); });
}
