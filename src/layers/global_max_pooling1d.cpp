//  y = the largest x(t) of all time steps, feature by feature          dx(t) = dy where x(t) is it, the first of equal ones
//
// Keras takes padding for data here and loses the mask, so a mask is refused unless that is asked for.
#include "core/registry.h"
#include "layers/base/pooling.h"

namespace rondo {
namespace {

class GlobalMaxPooling1DLayer final : public GlobalPoolLayer {
 public:
  std::string class_name() const override { return "GlobalMaxPooling1D"; }
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  void forward(const Run& run) const noexcept override {
    each(run, [&](Index place, Index at) { run.out().values[place] = run.in().values[at]; });
  }
  void backward(const Run& run) const noexcept override {
    real* const dx = run.d_in().values;
    if (!dx) return;
    std::fill_n(dx, run.in().dims.elements(), real(0));
    each(run, [&](Index place, Index at) { dx[at] = run.d_out().values[place]; });
  }

 private:
  // f(place in y, place of the largest in x)
  template <class F>
  void each(const Run& run, F f) const noexcept {
    const Dims& d = run.in().dims;
    const real* const x = run.in().values;
    for (Index b = 0; b < d[0]; ++b) {
      for (Index k = 0; k < d[2]; ++k) {
        Index best = b * d[1] * d[2] + k;
        for (Index t = 1, i = best + d[2]; t < d[1]; ++t, i += d[2])
          if (x[i] > x[best] || (x[i] != x[i] && x[best] == x[best])) best = i;
        f(b * d[2] + k, best);
      }
    }
  }
};

}  // namespace

GlobalMaxPooling1D::GlobalMaxPooling1D(const GlobalPoolingOptions& options)
    : LayerRef(made_pooling<GlobalMaxPooling1DLayer>(options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, global_max_pooling1d) {
  rondo::register_layer("GlobalMaxPooling1D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::GlobalMaxPooling1DLayer>()); });
}
