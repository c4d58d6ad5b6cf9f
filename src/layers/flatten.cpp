//  y[b] = all values of x[b] in one row          (samples, a, b, ...) -> (samples, a b ...)          dx = dy
//
// With data_format channels_first, axis 1 becomes the last before. Time steps end here, so a mask cannot pass.
#include "rondo/layers/flatten.h"

#include <algorithm>

#include "core/registry.h"
#include "layers/base/activity.h"
#include "layers/base/options.h"
#include "layers/base/require.h"

namespace rondo {
namespace {

class FlattenLayer final : public Layer, public KeywordActivity {
 public:
  std::string data_format = "channels_last";

  std::string class_name() const override { return "Flatten"; }
  void describe(ConfigVisitor& v) override { v.field("data_format", data_format, "channels_last"); }
  void check() const override {
    if (data_format != "None") require_word(*this, "data_format", data_format, {"channels_last", "channels_first"});
  }

  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    Index n = 1;
    for (Index i = 1; i < in[0].rank(); ++i) n = n == None || in[0][i] == None ? None : checked_mul(n, in[0][i]);
    return {Shape{in[0][0], n}};
  }
  void plan(const Shapes&, Plan&) const override {}
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  std::string streaming_refusal() const override { return "it needs all time steps at once"; }

  void forward(const Run& run) const noexcept override { move(run.in().dims, run.in().values, run.out().values, false); }
  void backward(const Run& run) const noexcept override {
    if (real* dx = run.d_in().values) move(run.in().dims, run.d_out().values, dx, true);
  }

 private:
  // (samples, channels, places) <-> (samples, places, channels), or a copy.
  void move(const Dims& x, const real* from, real* to, bool back) const noexcept {
    if (data_format != "channels_first" || x.rank < 3) {
      std::copy_n(from, x.elements(), to);
      return;
    }
    const Index channels = x[1], places = x.elements() / std::max<Index>(x[0] * channels, 1);
    for (Index b = 0; b < x[0]; ++b) {
      for (Index c = 0; c < channels; ++c) {
        for (Index p = 0; p < places; ++p) {
          const Index first = (b * channels + c) * places + p, last = (b * places + p) * channels + c;
          to[back ? first : last] = from[back ? last : first];
        }
      }
    }
  }
};

}  // namespace

Flatten::Flatten(const FlattenOptions& options) {
  auto layer = std::make_shared<FlattenLayer>();
  layer->data_format = options.data_format;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, flatten) {
  rondo::register_layer("Flatten", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::FlattenLayer>()); });
}
