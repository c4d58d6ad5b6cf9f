//  s[b, t, j] = sum over d of c[d] tanh(q[b, t, d] + k[b, j, d])          c = 1 without use_scale
//  y[b, t] = sum over j of p[b, t, j] v[b, j]          p = softmax of s over the j that t sees, after dropout
//
//  q (samples, T, features)   v (samples, S, width)   k (samples, S, features), or v   y (samples, T, width)
//  c: weight scale (features)
//
// Backward, masks: layers/attention/core.h and scored.h.
#include "rondo/layers/additive_attention.h"

#include "core/registry.h"
#include "layers/attention/scored.h"

namespace rondo {
namespace {

class AdditiveAttentionLayer final : public ScoredAttention {
 public:
  AdditiveAttentionLayer() { use_scale = true; }

  std::string class_name() const override { return "AdditiveAttention"; }
  void describe(ConfigVisitor& v) override {
    v.field("use_scale", use_scale, true);
    describe_rest(v);
  }
  void build(const Shapes& in, Weights& weights) override {
    output_shapes(in);
    if (use_scale) weights.add("scale", {in[0][-1]}, "glorot_uniform");
  }

  void forward(const Run& run) const noexcept override { run_forward(run, scores(run, false)); }
  void backward(const Run& run) const noexcept override { run_backward(run, scores(run, true)); }

 private:
  TanhScores scores(const Run& run, bool back) const noexcept {
    TanhScores s;
    if (use_scale) s.g = run.weight(0);
    if (use_scale && back) s.dg = run.gradient(0);
    return s;
  }
};

}  // namespace

AdditiveAttention::AdditiveAttention(const AdditiveAttentionOptions& options) {
  auto layer = std::make_shared<AdditiveAttentionLayer>();
  layer->use_scale = options.use_scale;
  layer->dropout = options.dropout;
  layer->seed = options.seed;
  layer->use_causal_mask = options.use_causal_mask;
  layer->return_attention_scores = options.return_attention_scores;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, additive_attention) {
  rondo::register_layer("AdditiveAttention",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::AdditiveAttentionLayer>()); });
}
