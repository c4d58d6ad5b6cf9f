//  y[b] = the values of x[b], in C order, with the axes of target_shape          dx = dy
//
// Time steps may end anywhere after this, so a mask cannot pass.
#include <algorithm>

#include "core/registry.h"
#include "layers/base/activity.h"
#include "layers/base/require.h"
#include "rondo/layers/reshape.h"

namespace rondo {
namespace {

class ReshapeLayer final : public Layer, public KeywordActivity {
 public:
  std::vector<Index> target_shape;

  std::string class_name() const override { return "Reshape"; }
  void describe(ConfigVisitor& v) override { v.required("target_shape", target_shape); }
  void check() const override {
    Index unknown = 0;
    for (const Index n : target_shape) {
      if (n != None && n <= 0)
        fail(Code::value,
             "Reshape: target_shape has a size of " + std::to_string(n) + "; a size is positive, or -1 once for what is left");
      unknown += n == None;
    }
    if (unknown > 1) fail(Code::value, "Reshape: target_shape " + Shape(target_shape).text() + " has more than one -1");
  }

  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    Index given = 1, known = 1;
    for (Index i = 1; i < in[0].rank(); ++i) given = given == None || in[0][i] == None ? None : checked_mul(given, in[0][i]);
    for (const Index n : target_shape)
      if (n != None) known = checked_mul(known, n);
    Shape out(target_shape);
    const auto open = std::find(target_shape.begin(), target_shape.end(), None);
    const bool inferred = open != target_shape.end();
    if (given != None && (inferred ? given % known != 0 : given != known))
      fail(Code::shape, described() + ": a sample of " + in[0].text() + " has " + std::to_string(given) +
                            " values, and target_shape " + Shape(target_shape).text() + " takes " +
                            (inferred ? "a multiple of " : "") + std::to_string(known));
    if (inferred && given != None) out[open - target_shape.begin()] = given / known;
    return {out.prepended(in[0][0])};
  }
  void plan(const Shapes&, Plan&) const override {}
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  std::string streaming_refusal() const override { return "it makes other time steps of those it gets"; }

  void forward(const Run& run) const noexcept override {
    std::copy_n(run.in().values, run.in().dims.elements(), run.out().values);
  }
  void backward(const Run& run) const noexcept override {
    if (real* dx = run.d_in().values) std::copy_n(run.d_out().values, run.in().dims.elements(), dx);
  }
};

}  // namespace

Reshape::Reshape(const std::vector<Index>& target_shape, const ReshapeOptions& options) {
  auto layer = std::make_shared<ReshapeLayer>();
  layer->target_shape = target_shape;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, reshape) {
  rondo::register_layer("Reshape", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::ReshapeLayer>()); });
}
