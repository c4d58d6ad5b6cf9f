//  y = sum of x(t) / n over the n time steps the mask keeps, 0 if there are none (NaN under
//  keras_mask_compat)          dx(t) = dy / n, 0 where masked
#include <limits>

#include "core/registry.h"
#include "layers/base/pooling.h"

namespace rondo {
namespace {

class GlobalAveragePooling1DLayer final : public GlobalPoolLayer {
 public:
  std::string class_name() const override { return "GlobalAveragePooling1D"; }
  MaskFlow mask_flow(std::span<const bool>) const override { return MaskFlow::none; }  // used up

  void forward(const Run& run) const noexcept override {
    const Port& x = run.in();
    const Index steps = x.dims[1], features = x.dims[2];
    for (Index b = 0; b < x.dims[0]; ++b) {
      real* const y = run.out().values + b * features;
      std::fill_n(y, features, real(0));
      const Index n = kept(x, b);
      for (Index t = 0; t < steps; ++t)
        if (!x.mask || x.mask[b * steps + t])
          for (Index k = 0; k < features; ++k) y[k] += x.values[(b * steps + t) * features + k];
      for (Index k = 0; n > 0 && k < features; ++k) y[k] /= static_cast<real>(n);
      if (n == 0 && nan_of_nothing) std::fill_n(y, features, std::numeric_limits<real>::quiet_NaN());
    }
  }
  void backward(const Run& run) const noexcept override {
    real* const dx = run.d_in().values;
    if (!dx) return;
    const Port& x = run.in();
    const Index steps = x.dims[1], features = x.dims[2];
    std::fill_n(dx, x.dims.elements(), real(0));
    for (Index b = 0; b < x.dims[0]; ++b) {
      const auto n = static_cast<real>(kept(x, b));
      for (Index t = 0; t < steps; ++t)
        if (!x.mask || x.mask[b * steps + t])
          for (Index k = 0; k < features; ++k) dx[(b * steps + t) * features + k] = run.d_out().values[b * features + k] / n;
    }
  }

 private:
  static Index kept(const Port& x, Index sample) noexcept {
    const Index steps = x.dims[1];
    if (!x.mask) return steps;
    return static_cast<Index>(
        std::count_if(x.mask + sample * steps, x.mask + (sample + 1) * steps, [](auto m) { return m != 0; }));
  }
};

}  // namespace

GlobalAveragePooling1D::GlobalAveragePooling1D(const GlobalPoolingOptions& options)
    : LayerRef(made_pooling<GlobalAveragePooling1DLayer>(options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, global_average_pooling1d) {
  rondo::register_layer("GlobalAveragePooling1D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::GlobalAveragePooling1DLayer>()); });
}
