//  z[b, r, c, f] = b[f] + sum over i, j, k of x[b, r s + i d, c s + j d, k] W[i, j, k, f]          y = f(z)
//
//  x (samples, rows, columns, channels)   W (window rows, window columns, channels / groups, filters)
//  y (samples, rows', columns', filters)  rows', columns': layers/spatial/window.h
//
//  dz = dy f'(z);  dW[i, j, k, f] += sum over b, r, c of x[b, r s + i d, c s + j d, k] dz[b, r, c, f];  db += sum of dz
//  dx[b, r s + i d, c s + j d, k] += sum over f of W[i, j, k, f] dz[b, r, c, f]
//
// As products of patches: layers/spatial/patches.h. The layer itself: layers/spatial/convolution.cpp.
#include "rondo/layers/conv2d.h"

#include "core/registry.h"
#include "layers/spatial/convolution.h"

namespace rondo {
namespace {

class Conv2DLayer final : public ConvolutionLayer {
 public:
  Conv2DLayer() : ConvolutionLayer(2) {}
  std::string class_name() const override { return "Conv2D"; }
};

}  // namespace

Conv2D::Conv2D(Index filters, Size2D kernel_size, const Conv2DOptions& options) {
  auto layer = std::make_shared<Conv2DLayer>();
  layer->window.size = kernel_size.sizes();
  layer->window.strides = options.strides.sizes();
  layer->window.dilation = options.dilation_rate.sizes();
  layer->take(filters, options);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, conv2d) {
  rondo::register_layer("Conv2D", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::Conv2DLayer>()); });
}
