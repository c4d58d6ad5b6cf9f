//  y[b, t] = x[b]          t = 0 ... n-1          dx[b] = sum over t of dy[b, t]
#include <algorithm>

#include "core/registry.h"
#include "kernels/kernels.h"
#include "layers/base/activity.h"
#include "layers/base/require.h"
#include "rondo/layers/reshape.h"

namespace rondo {
namespace {

class RepeatVectorLayer final : public Layer, public KeywordActivity {
 public:
  Index n = 0;

  std::string class_name() const override { return "RepeatVector"; }
  void describe(ConfigVisitor& v) override { v.required("n", n); }
  void check() const override {
    if (n <= 0) fail(Code::value, "RepeatVector: n is the number of time steps to make, at least 1; got " + std::to_string(n));
  }

  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    if (in[0].rank() != 2)
      fail(Code::shape, described() + ": takes one row a sample, (samples, features); got " + in[0].text() +
                            (in[0].rank() == 3 ? ". A layer before it should hand on its last time step only: leave out "
                                                 "return_sequences"
                                               : ""));
    return {Shape{in[0][0], n, in[0][1]}};
  }
  void plan(const Shapes&, Plan&) const override {}
  MaskFlow mask_flow(std::span<const bool>) const override { return MaskFlow::none; }
  std::string streaming_refusal() const override { return "it makes a whole sequence of one row"; }

  void forward(const Run& run) const noexcept override {
    const Dims& x = run.in().dims;
    for (Index b = 0; b < x[0]; ++b)
      for (Index t = 0; t < n; ++t) std::copy_n(run.in().values + b * x[1], x[1], run.out().values + (b * n + t) * x[1]);
  }
  void backward(const Run& run) const noexcept override {
    real* const dx = run.d_in().values;
    if (!dx) return;
    const Dims& x = run.in().dims;
    std::fill_n(dx, x.elements(), real(0));
    for (Index b = 0; b < x[0]; ++b) kernels().column_sums(run.d_out().values + b * n * x[1], x[1], n, x[1], dx + b * x[1]);
  }
};

}  // namespace

RepeatVector::RepeatVector(Index n, const ReshapeOptions& options) {
  auto layer = std::make_shared<RepeatVectorLayer>();
  layer->n = n;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, repeat_vector) {
  rondo::register_layer("RepeatVector",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::RepeatVectorLayer>()); });
}
