//  y(p) = the largest of x(p s ... p s + pool_size - 1), feature by feature          dx = dy where x is it, the first of equal
//  ones
#include "core/registry.h"
#include "layers/base/pooling.h"

namespace rondo {
namespace {

class MaxPooling1DLayer final : public PoolLayer {
 public:
  std::string class_name() const override { return "MaxPooling1D"; }
  void describe(ConfigVisitor& v) override {
    v.field("pool_size", pool_size, {2});
    describe_rest(v);
  }
  void forward(const Run& run) const noexcept override {
    const real* const x = run.in().values;
    each(run,
         [&](Index first, Index end, Index place) { run.out().values[place] = x[largest(x, first, end, run.in().dims[2])]; });
  }
  void backward(const Run& run) const noexcept override {
    real* const dx = run.d_in().values;
    if (!dx) return;
    const real* const x = run.in().values;
    std::fill_n(dx, run.in().dims.elements(), real(0));
    each(run, [&](Index first, Index end, Index place) {
      dx[largest(x, first, end, run.in().dims[2])] += run.d_out().values[place];
    });
  }

 private:
  static Index largest(const real* x, Index first, Index end, Index step) noexcept {
    Index best = first;
    for (Index i = first; i < end; i += step)
      if (x[i] > x[best] || (x[i] != x[i] && x[best] == x[best])) best = i;
    return best;
  }
};

}  // namespace

MaxPooling1D::MaxPooling1D(Index pool_size, const PoolingOptions& options)
    : LayerRef(made_pooling<MaxPooling1DLayer>(pool_size, options)) {}

}  // namespace rondo

RONDO_REGISTER(layers, max_pooling1d) {
  rondo::register_layer("MaxPooling1D",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::MaxPooling1DLayer>()); });
}
