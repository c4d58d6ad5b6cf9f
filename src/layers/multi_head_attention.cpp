//  q_h = query Wq_h + bq_h    k_h = key Wk_h + bk_h    v_h = value Wv_h + bv_h                    for each head h
//  p_h[t, j] = softmax over the j that t sees of q_h[t] k_h[j] / sqrt(key_dim)
//  o_h[t] = sum over j of p_h[t, j] v_h[j]          times sigmoid(query Wg_h + bg_h) with use_gate
//  y[t] = sum over h of o_h[t] Wo_h + bo
//
//  Inputs with more axes, and an attention_mask: layers/attention/axes.h.
//
//  query (samples, T, Fq)   value (samples, S, Fv)   key (samples, S, Fk), or value   y (samples, T, Fo), Fo = Fq by default
//  Wq (Fq, heads, key_dim)  Wk (Fk, heads, key_dim)  Wv (Fv, heads, value_dim)  Wg (Fq, heads, value_dim)  Wo (heads,
//  value_dim, Fo)
//
// Backward: dy -> do, dWo, dbo; the gate; each head (layers/attention/core.h) -> dq_h, dk_h, dv_h; the projections, each as a
// Dense.
#include "rondo/layers/multi_head_attention.h"

#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "core/words.h"
#include "kernels/kernels.h"
#include "layers/attention/axes.h"
#include "layers/attention/scored.h"
#include "layers/base/activity.h"
#include "layers/base/names.h"
#include "layers/base/valid_rows.h"
#include "rondo/activations/activation.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

// One of the five affine maps: which input it reads, where its weights are, how wide it is.
struct Projection {
  const char* name;
  int weight = -1;  // slot of the kernel; the bias follows
  int pack = -1;    // slot of the packed kernel; the transposed one follows
  Index in = 0, out = 0;
};

class MultiHeadAttentionLayer final : public Layer, public ActivityRegularized, public ReturnsScores, public TakesMasks {
 public:
  Index num_heads = 1, key_dim = 1, value_dim = 1;
  double dropout = 0;
  bool use_bias = true, use_gate = false, use_causal_mask = false, attention_mask = false;
  std::vector<Index> output_shape, attention_axes;
  std::optional<double> sliding_window;
  std::optional<Index> seed;
  Initializer kernel_initializer = "glorot_uniform", bias_initializer = "zeros";
  Regularizer kernel_regularizer, bias_regularizer;
  Constraint kernel_constraint, bias_constraint;

  std::string class_name() const override { return "MultiHeadAttention"; }

  void describe(ConfigVisitor& v) override {
    v.required("num_heads", num_heads);
    v.required("key_dim", key_dim);
    v.field("value_dim", value_dim, key_dim);
    v.field("dropout", dropout, 0.0);
    v.field("use_bias", use_bias, true);
    v.field("output_shape", output_shape, {});
    v.field("attention_axes", attention_axes, {});
    v.field("sliding_window", sliding_window);
    v.field("kernel_initializer", kernel_initializer, "glorot_uniform");
    v.field("bias_initializer", bias_initializer, "zeros");
    v.field("kernel_regularizer", kernel_regularizer);
    v.field("bias_regularizer", bias_regularizer);
    v.field("activity_regularizer", activity_regularizer);
    v.field("kernel_constraint", kernel_constraint);
    v.field("bias_constraint", bias_constraint);
    v.field("use_gate", use_gate, false);
    describe_seed(v, class_name(), seed);
    v.field("use_causal_mask", use_causal_mask, false);  // in Keras an argument of the call
    v.field("return_attention_scores", return_attention_scores, false);
    v.field("attention_mask", attention_mask, false);
    v.only("flash_attention", 0);  // how it is computed, not what
  }

  void check() const override {
    constexpr Index most = Index{1} << 30;
    const auto positive = [](const char* what, Index n) {
      if (n <= 0 || n > most)
        fail(Code::value, std::string("MultiHeadAttention: ") + what + " must be a positive number, got " + std::to_string(n));
    };
    positive("num_heads", num_heads);
    positive("key_dim", key_dim);
    positive("value_dim", value_dim);
    require_dropout(*this, dropout, seed);
    for (const Index size : output_shape) positive("output_shape", size);
    check_attention_axes("MultiHeadAttention", attention_axes);
    if (sliding_window &&
        !(*sliding_window >= 1 && *sliding_window == std::floor(*sliding_window) && *sliding_window <= 0x1p53))
      fail(Code::value,
           "MultiHeadAttention: sliding_window must be a positive whole number, got " + short_number(*sliding_window));
  }

  void build(const Shapes& in, Weights& weights) override {
    check();
    output_shapes(in);
    const Index heads = num_heads, keys = checked_mul(heads, key_dim), values = checked_mul(heads, value_dim);
    query_ = {"query_dense", -1, -1, in[0][-1], keys};
    key_ = {"key_dense", -1, -1, in[key_at(in.size())][-1], keys};
    gate_ = {"_gate_dense", -1, -1, in[0][-1], values};
    value_ = {"value_dense", -1, -1, in[1][-1], values};
    output_ = {"output_dense", -1, -1, values, features_out(in)};
    const auto add = [&](Projection& p, const Shape& kernel, const Shape& bias) {
      p.weight =
          weights.add(std::string(p.name) + "/kernel", kernel, kernel_initializer, kernel_regularizer, kernel_constraint);
      if (use_bias) weights.add(std::string(p.name) + "/bias", bias, bias_initializer, bias_regularizer, bias_constraint);
      kernel.elements();  // refuses what overflows before the packed copies are sized
      p.pack = weights.pack(kernels().packed_size(p.in, p.out));
      weights.pack(kernels().packed_size(p.out, p.in), true);
    };
    add(query_, {query_.in, heads, key_dim}, {heads, key_dim});
    add(key_, {key_.in, heads, key_dim}, {heads, key_dim});
    if (use_gate) add(gate_, {gate_.in, heads, value_dim}, {heads, value_dim});
    add(value_, {value_.in, heads, value_dim}, {heads, value_dim});
    add(output_, with_features({heads, value_dim, 0}, out_sizes(in)), Shape(out_sizes(in)));
  }

  Shapes output_shapes(const Shapes& in) const override {
    const AttentionAxes axes = require(in);
    const Shape& key = in[key_at(in.size())];
    if (built() && (in[0][-1] != query_.in || in[1][-1] != value_.in || key[-1] != key_.in))
      fail(Code::shape, described() + ": its weights take other numbers of features than " + in[0].text() + " and " +
                            in[1].text() + (key_at(in.size()) > 1 ? " and " + key.text() : std::string()) +
                            " have; a layer of its own is needed for this call");
    const Shape scores = scores_shape(in[0], in[1], num_heads, axes);
    if (attention_mask) AttentionMask::require(*this, in.back(), scores, axes);
    Shapes out{with_features(in[0], out_sizes(in))};
    if (return_attention_scores) out.push_back(scores);
    return out;
  }

  void plan(const Shapes& in, Plan& plan) const override {
    const AttentionAxes axes = AttentionAxes::of(attention_axes, static_cast<int>(in[0].rank()));
    const AttentionSizes sizes{steps_of(in[0], axes), steps_of(in[1], axes), key_dim, value_dim};
    const Index steps = rows_of(in[0]), others = rows_of(in[1]);
    const Index groups = sizes.queries == 0 ? 0 : steps / sizes.queries;
    const Index q = checked_mul(steps, query_.out), k = checked_mul(others, key_.out), v = checked_mul(others, value_.out),
                o = checked_mul(steps, value_.out);
    plan.kept(projected_q, q);
    plan.kept(projected_k, k);
    plan.kept(projected_v, v);
    plan.kept(heads_o, o);
    if (use_gate) plan.kept(gate, o), plan.kept(gated, o);
    if (plan.training()) {
      plan.saved(weights_p, checked_mul(checked_mul(groups, num_heads), sizes.weights()));
      plan.scratch(d_q, q), plan.scratch(d_k, k), plan.scratch(d_v, v), plan.scratch(d_o, o);
      if (use_gate) plan.scratch(d_gate, o);
    } else {
      plan.scratch(weights_p, sizes.weights());
    }
    plan.scratch(work, sizes.scratch(plan.training()));
    plan.scratch<Index>(places, sizes.values);
    if (attention_mask) plan.scratch<std::uint8_t>(allowed, sizes.weights());
  }
  // A mask has one entry for every row of the last axis: it does not fit an output with more axes.
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return output_shape.size() > 1 && !masked.empty() && masked[0] ? MaskFlow::drop : Layer::mask_flow(masked);
  }
  std::size_t masks_taken(std::size_t inputs) const override { return inputs - (attention_mask ? 1 : 0); }
  std::string streaming_refusal() const override { return "it looks at all time steps at once"; }

  // In Keras the maps are layers, and each has the regularizer.
  std::vector<Penalised> penalised(const Shapes&) const override {
    std::vector<Penalised> out;
    for (int i = 0; activity_regularizer && i < (use_gate ? 5 : 4); ++i)
      out.push_back({i == 0 ? 0 : first_hidden() + i - 1, activity_regularizer});
    return out;
  }
  Shapes hidden_outputs(const Shapes& in) const override {
    if (!activity_regularizer) return {};
    Shapes out{with_features(in[0], {num_heads, key_dim}), with_features(in[key_at(in.size())], {num_heads, key_dim}),
               with_features(in[1], {num_heads, value_dim})};
    if (use_gate) out.push_back(with_features(in[0], {num_heads, value_dim}));
    return out;
  }

  void forward(const Run& run) const noexcept override {
    const Port &query = run.in(0), &value = run.in(1), &key = key_of(run);
    real *const q = run.kept(projected_q), *const k = run.kept(projected_k), *const v = run.kept(projected_v);
    real* o = run.kept(heads_o);
    project(run, query_, query.values, query.dims.rows(), q);
    project(run, key_, key.values, key.dims.rows(), k);
    project(run, value_, value.values, value.dims.rows(), v);
    const DotScores scores(scale(), nullptr);
    each_head(run, [&](AttentionCore& c, const Place& at) {
      if (return_attention_scores) c.shown = run.out(1).values + at.number * c.sizes.queries * c.sizes.values;
      real* const saved = run.saved(weights_p);
      c.forward(scores, {q + at.q, at.between * query_.out}, {k + at.k, at.between * key_.out},
                {v + at.v, at.between * value_.out},
                saved ? saved + at.number * c.sizes.queries * c.sizes.values : run.scratch(weights_p), o + at.o,
                at.between * value_.out);
    });
    if (use_gate) {
      real *const g = run.kept(gate), *const y = run.kept(gated);
      const Index rows = query.dims.rows(), n = rows * value_.out;
      project(run, gate_, query.values, rows, g);
      sigmoid_->forward(g, g, rows, value_.out);
      for (Index i = 0; i < n; ++i) y[i] = o[i] * g[i];
      o = y;
    }
    project(run, output_, o, query.dims.rows(), run.out().values);
    for (int i = first_hidden(); i < run.outputs(); ++i) {
      const real* const inside[] = {q, k, v, run.kept(gate)};
      std::copy_n(inside[i - first_hidden()], run.out(i).dims.elements(), run.out(i).values);
    }
  }

  void backward(const Run& run) const noexcept override {
    const Port &query = run.in(0), &value = run.in(1), &key = key_of(run);
    const Index rows = query.dims.rows(), n = rows * value_.out;
    real *const dq = run.scratch(d_q), *const dk = run.scratch(d_k), *const dv = run.scratch(d_v), *const d = run.scratch(d_o);
    std::fill_n(d, n, real(0));
    if (run.d_out().values) back(run, output_, query, run.kept(use_gate ? gated : heads_o), run.d_out().values, d);
    if (use_gate) {
      const real *const g = run.saved(gate), *const o = run.saved(heads_o);
      real* const dg = run.scratch(d_gate);
      for (Index i = 0; i < n; ++i) {
        dg[i] = d[i] == 0 ? real(0) : d[i] * o[i] * g[i] * (1 - g[i]);
        d[i] = d[i] == 0 ? real(0) : d[i] * g[i];
      }
      if (const real* const more = inner_slope(run, 3))
        for (Index i = 0; i < n; ++i) dg[i] += more[i] * g[i] * (1 - g[i]);
    }
    const DotScores scores(scale(), nullptr);
    const real *const q = run.saved(projected_q), *const k = run.saved(projected_k), *const v = run.saved(projected_v);
    const real* const d_scores = return_attention_scores ? run.d_out(1).values : nullptr;
    each_head(run, [&](AttentionCore& c, const Place& at) {
      if (d_scores) c.d_shown = d_scores + at.number * c.sizes.queries * c.sizes.values;
      c.backward(scores, {q + at.q, at.between * query_.out}, {k + at.k, at.between * key_.out},
                 {v + at.v, at.between * value_.out}, run.saved(weights_p) + at.number * c.sizes.queries * c.sizes.values,
                 {d + at.o, at.between * value_.out}, dq + at.q, dk + at.k, dv + at.v);
    });
    for (int i = 0; i < 3; ++i) {
      real* const of[] = {dq, dk, dv};
      if (const real* const more = inner_slope(run, i)) kernels().add(of[i], more, run.out(first_hidden() + i).dims.elements());
    }
    real *const d_query = run.d_in(0).values, *const d_value_in = run.d_in(1).values;
    if (d_query) std::fill_n(d_query, query.dims.elements(), real(0));
    if (d_value_in) std::fill_n(d_value_in, value.dims.elements(), real(0));
    back(run, query_, query, query.values, dq, d_query);
    if (use_gate) back(run, gate_, query, query.values, run.scratch(d_gate), d_query);
    back(run, value_, value, value.values, dv, d_value_in);
    real* d_key = d_value_in;
    if (&key != &value) {
      d_key = run.d_in(2).values;
      if (d_key) std::fill_n(d_key, key.dims.elements(), real(0));
    }
    back(run, key_, key, key.values, dk, d_key);
    if (attention_mask)
      if (const Port& none = run.d_in(run.inputs() - 1); none.values) std::fill_n(none.values, none.dims.elements(), real(0));
  }

  void pack(Weights& weights, bool for_training) const noexcept override {
    for (const Projection* p : {&query_, &key_, &gate_, &value_, &output_}) {
      if (p->weight < 0) continue;
      const real* const w = weights.value(p->weight);
      kernels().pack_b(w, p->out, p->in, p->out, weights.packed(p->pack));
      if (for_training) kernels().pack_bt(w, p->out, p->out, p->in, weights.packed(p->pack + 1));
    }
  }

 private:
  enum { projected_q, projected_k, projected_v, heads_o, gate, gated, weights_p };  // kept; weights_p as in scored.h
  enum { work = 7, places, d_q, d_k, d_v, d_o, d_gate, allowed };                   // scratch

  // Where one head of one group begins, in what was projected: its rows lie `between` rows apart.
  struct Place {
    Index q, k, v, o, between;
    Index number;  // of group and head
  };

  // The inputs: query, value, perhaps key, perhaps the mask.
  std::size_t key_at(std::size_t inputs) const { return inputs - (attention_mask ? 1 : 0) > 2 ? 2 : 1; }
  const Port& key_of(const Run& run) const { return run.in(static_cast<int>(key_at(static_cast<std::size_t>(run.inputs())))); }
  AttentionAxes require(const Shapes& in) const {
    Shapes compared = in;
    if (attention_mask) {
      if (in.size() < 3)
        fail(Code::shape, described() + " has attention_mask = true, so the last of its inputs is the mask: " +
                              "MultiHeadAttention()({query, value, mask}) or MultiHeadAttention()({query, value, key, mask}); "
                              "it was given " +
                              how_many(static_cast<Index>(in.size()), "input"));
      compared.pop_back();
    }
    const bool sequences = compared.size() < 2 || compared.size() > 3 || compared[0].rank() <= 3;
    if (sequences) require_query_value_key(*this, compared, false);
    if (!sequences || !attention_axes.empty()) require_attention_axes(*this, compared, attention_axes);
    const AttentionAxes axes = AttentionAxes::of(attention_axes, static_cast<int>(in[0].rank()));
    if (axes.count() > 1 && (use_causal_mask || sliding_window))
      fail(Code::unsupported, described() + ": " + (use_causal_mask ? "use_causal_mask" : "sliding_window") +
                                  " needs one axis of steps, one after the other; attention here is over " +
                                  std::to_string(axes.count()) + ". attention_axes picks one: {.attention_axes = {1}}");
    return axes;
  }

  int first_hidden() const { return return_attention_scores ? 2 : 1; }
  // The slope of the penalty on value i inside (hidden_outputs), nullptr if there is none.
  const real* inner_slope(const Run& run, int i) const {
    return first_hidden() + i < run.outputs() ? run.d_out(first_hidden() + i).values : nullptr;
  }
  real scale() const { return static_cast<real>(1 / std::sqrt(static_cast<double>(key_dim))); }
  std::vector<Index> out_sizes(const Shapes& in) const { return output_shape.empty() ? std::vector{in[0][-1]} : output_shape; }
  Index features_out(const Shapes& in) const { return Shape(out_sizes(in)).elements(); }

  void project(const Run& run, const Projection& p, const real* x, Index rows, real* y) const noexcept {
    kernels().gemm(x, p.in, rows, p.in, run.packed(p.pack), p.out, use_bias ? run.weight(p.weight + 1) : nullptr, false, y,
                   p.out);
  }
  // The gradients of one affine map over the rows that count, masked as `masked_as` is; dx, which may be null, is added to.
  void back(const Run& run, const Projection& p, const Port& masked_as, const real* x, const real* d, real* dx) const noexcept {
    for_rows_that_count(masked_as, d, p.out, [&](Index first, Index rows) {
      const real *const x_at = x + first * p.in, *const d_at = d + first * p.out;
      if (real* dw = run.gradient(p.weight)) kernels().gemm_tn(x_at, p.in, d_at, p.out, rows, p.in, p.out, dw, p.out);
      if (use_bias)
        if (real* db = run.gradient(p.weight + 1)) kernels().column_sums(d_at, p.out, rows, p.out, db);
      if (dx) kernels().gemm(d_at, p.out, rows, p.out, run.packed(p.pack + 1), p.in, nullptr, true, dx + first * p.in, p.in);
    });
  }

  // f(core, place) for every head of every group of rows that look at each other.
  template <class F>
  void each_head(const Run& run, F f) const noexcept {
    const Draws draws(run, name(), seed);
    const Port &query = run.in(0), &value = run.in(1), &key = key_of(run);
    const AttentionAxes axes = AttentionAxes::of(attention_axes, query.dims.rank);
    const AttentionGroups of_q(query.dims, axes), of_v(value.dims, axes);
    AttentionCore c;
    c.sizes = {of_q.steps, of_v.steps, key_dim, value_dim};
    c.causal = use_causal_mask;
    c.window = sliding_window ? static_cast<Index>(*sliding_window) : None;
    // Keras's two ways of computing it
    c.nothing = dropout > 0 || return_attention_scores || query.dims.rank > 3 ? AttentionCore::Nothing::zero
                                                                              : AttentionCore::Nothing::mean;
    c.rate = run.training() ? dropout : 0;
    c.draws = &draws;
    c.scratch = run.scratch(work);
    c.places = run.scratch<Index>(places);
    c.mask_stride = of_q.inner;
    std::uint8_t* const seen = attention_mask ? run.scratch<std::uint8_t>(allowed) : nullptr;
    c.allowed = seen;
    std::optional<AttentionMask> given;
    if (seen) given.emplace(run.in(run.inputs() - 1), query.dims, value.dims, num_heads, axes);
    const Index groups = of_q.count(), samples = query.dims[0], each = samples == 0 ? 0 : groups / samples;
    for (Index g = 0; g < groups; ++g) {
      const Index steps = of_q.first_row(g), others = of_v.first_row(g);
      c.query_mask = query.mask ? query.mask + steps : nullptr;
      c.value_mask = value.mask ? value.mask + others : nullptr;
      c.key_mask = key.mask ? key.mask + others : nullptr;
      c.row = run.row_number(g / each);
      for (Index h = 0; h < num_heads; ++h) {
        c.head = static_cast<std::uint64_t>(g % each * num_heads + h);
        if (given) given->of(g, h, seen);
        f(c, {steps * query_.out + h * key_dim, others * key_.out + h * key_dim, others * value_.out + h * value_dim,
              steps * value_.out + h * value_dim, of_q.inner, g * num_heads + h});
      }
    }
  }

  Projection query_, key_, gate_, value_, output_;
  const ActivationFunction* sigmoid_ = &activation_function("sigmoid");
};

}  // namespace

MultiHeadAttention::MultiHeadAttention(Index num_heads, Index key_dim, const MultiHeadAttentionOptions& options) {
  auto layer = std::make_shared<MultiHeadAttentionLayer>();
  layer->num_heads = num_heads;
  layer->key_dim = key_dim;
  layer->value_dim = options.value_dim.value_or(key_dim);
  layer->dropout = options.dropout;
  layer->use_bias = options.use_bias;
  layer->output_shape = options.output_shape.sizes();
  if (options.sliding_window) layer->sliding_window = static_cast<double>(*options.sliding_window);
  layer->kernel_initializer = options.kernel_initializer;
  layer->bias_initializer = options.bias_initializer;
  layer->kernel_regularizer = options.kernel_regularizer;
  layer->bias_regularizer = options.bias_regularizer;
  layer->activity_regularizer = options.activity_regularizer;
  layer->kernel_constraint = options.kernel_constraint;
  layer->bias_constraint = options.bias_constraint;
  layer->use_gate = options.use_gate;
  layer->seed = options.seed;
  layer->use_causal_mask = options.use_causal_mask;
  layer->return_attention_scores = options.return_attention_scores;
  layer->attention_mask = options.attention_mask;
  layer->attention_axes = options.attention_axes;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, multi_head_attention) {
  rondo::register_layer("MultiHeadAttention",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::MultiHeadAttentionLayer>()); });
}
