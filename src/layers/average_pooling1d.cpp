//  y(p) = the mean of x(p s ... p s + pool_size - 1), feature by feature, of the n steps that are there          dx = dy / n
#include "core/registry.h"
#include "layers/base/pooling.h"

namespace rondo {
namespace {

class AveragePooling1DLayer final : public PoolLayer {
 public:
  std::string class_name() const override { return "AveragePooling1D"; }
  void describe(ConfigVisitor& v) override {
    v.required("pool_size", pool_size);
    describe_rest(v);
  }
  void forward(const Run& run) const noexcept override {
    const Index step = run.in().dims[2];
    each(run, [&](Index first, Index end, Index place) {
      real sum = 0;
      for (Index i = first; i < end; i += step) sum += run.in().values[i];
      run.out().values[place] = sum / static_cast<real>((end - first) / step);
    });
  }
  void backward(const Run& run) const noexcept override {
    real* const dx = run.d_in().values;
    if (!dx) return;
    const Index step = run.in().dims[2];
    std::fill_n(dx, run.in().dims.elements(), real(0));
    each(run, [&](Index first, Index end, Index place) {
      const real d = run.d_out().values[place] / static_cast<real>((end - first) / step);
      for (Index i = first; i < end; i += step) dx[i] += d;
    });
  }
};

}  // namespace

AveragePooling1D::AveragePooling1D(Index pool_size, const PoolingOptions& options)
    : LayerRef(made_pooling<AveragePooling1DLayer>(pool_size, options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, average_pooling1d) {
  rondo::register_layer("AveragePooling1D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::AveragePooling1DLayer>()); });
}
