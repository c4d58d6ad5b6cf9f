//  s[b, t, j] = c sum over d of q[b, t, d] k[b, j, d]                      score_mode "dot"; c = 1 without use_scale
//             = w sum over d of tanh(c (q[b, t, d] + k[b, j, d]))          score_mode "concat"
//  y[b, t] = sum over j of p[b, t, j] v[b, j]          p = softmax of s over the j that t sees, after dropout
//
//  q (samples, T, features)   v (samples, S, width)   k (samples, S, features), or v   y (samples, T, width)
//  c: weight scale (), w: weight concat_score_weight ()
//
// Backward, masks: layers/attention/core.h and scored.h.
#include "rondo/layers/attention.h"

#include "core/registry.h"
#include "layers/attention/scored.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

class AttentionLayer final : public ScoredAttention {
 public:
  std::string score_mode = "dot";

  std::string class_name() const override { return "Attention"; }
  void describe(ConfigVisitor& v) override {
    v.field("use_scale", use_scale, false);
    v.field("score_mode", score_mode, "dot");
    describe_rest(v);
  }
  void check() const override {
    ScoredAttention::check();
    const std::vector<std::string> known{"dot", "concat"};
    if (score_mode != "dot" && score_mode != "concat")
      fail(Code::value, "Attention: score_mode is 'dot' or 'concat', not '" + escaped(score_mode.substr(0, 60)) + "'." +
                            did_you_mean(score_mode, known));
  }
  void build(const Shapes& in, Weights& weights) override {
    output_shapes(in);
    if (use_scale) weights.add("scale", {}, "ones");
    if (score_mode == "concat") weights.add("concat_score_weight", {}, "ones");
  }

  void forward(const Run& run) const noexcept override {
    if (score_mode == "dot") {
      run_forward(run, dot(run, false));
    } else {
      run_forward(run, concat(run, false));
    }
  }
  void backward(const Run& run) const noexcept override {
    if (score_mode == "dot") {
      run_backward(run, dot(run, true));
    } else {
      run_backward(run, concat(run, true));
    }
  }

 private:
  DotScores dot(const Run& run, bool back) const noexcept {
    return {use_scale ? run.weight(0)[0] : real(1), use_scale && back ? run.gradient(0) : nullptr};
  }
  TanhScores concat(const Run& run, bool back) const noexcept {
    TanhScores s;
    const int w = use_scale ? 1 : 0;
    s.a = run.weight(w)[0];
    if (use_scale) s.c = run.weight(0)[0];
    if (back) s.da = run.gradient(w);
    if (back && use_scale) s.dc = run.gradient(0);
    return s;
  }
};

}  // namespace

Attention::Attention(const AttentionOptions& options) {
  auto layer = std::make_shared<AttentionLayer>();
  layer->use_scale = options.use_scale;
  layer->score_mode = options.score_mode;
  layer->dropout = options.dropout;
  layer->seed = options.seed;
  layer->use_causal_mask = options.use_causal_mask;
  layer->return_attention_scores = options.return_attention_scores;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, attention) {
  rondo::register_layer("Attention", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::AttentionLayer>()); });
}
