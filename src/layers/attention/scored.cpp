#include "layers/attention/scored.h"

#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "layers/base/names.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"

namespace rondo {

void TanhScores::forward(const real* q, Index queries, const real* k, Index keys, Index depth, real*, real* s) const noexcept {
  for (Index t = 0; t < queries; ++t) {
    for (Index j = 0; j < keys; ++j) {
      real sum = 0;
      for (Index d = 0; d < depth; ++d) {
        const real h = std::tanh(c * (q[t * depth + d] + k[j * depth + d]));
        sum += g ? g[d] * h : h;
      }
      s[t * keys + j] = a * sum;
    }
  }
}

void TanhScores::backward(const real* q, Index queries, const real* k, Index keys, Index depth, const real* ds, real*, real* dq,
                          real* dk) const noexcept {
  std::fill_n(dq, queries * depth, real(0));
  std::fill_n(dk, keys * depth, real(0));
  for (Index t = 0; t < queries; ++t) {
    for (Index j = 0; j < keys; ++j) {
      const real d_s = ds[t * keys + j];
      if (d_s == 0) continue;
      real sum = 0, to_c = 0;
      for (Index d = 0; d < depth; ++d) {
        const real x = q[t * depth + d] + k[j * depth + d], h = std::tanh(c * x), weight = g ? g[d] : real(1);
        const real inner = d_s * a * weight * (1 - h * h);
        sum += weight * h;
        to_c += inner * x;
        dq[t * depth + d] += inner * c;
        dk[j * depth + d] += inner * c;
        if (dg) dg[d] += d_s * a * h;
      }
      if (da) *da += d_s * sum;
      if (dc) *dc += to_c;
    }
  }
}

void require_dropout(const Layer& layer, double dropout, const std::optional<Index>& seed) {
  if (!(dropout >= 0 && dropout < 1))
    fail(Code::value, layer.class_name() + ": dropout is the share of weights to drop in training, from 0 to below 1; got " +
                          short_number(dropout));
  require_seed(layer, seed);
}

void require_query_value_key(const Layer& layer, const Shapes& in, bool equal) {
  const std::string call = layer.class_name() + "()({query, value})";
  if (in.size() < 2 || in.size() > 3)
    fail(Code::shape, layer.described() + " takes a query and a value, and may take a key: " + call + " or " +
                          layer.class_name() + "()({query, value, key}); it was given " +
                          how_many(static_cast<Index>(in.size()), "input"));
  const char* const names[] = {"query", "value", "key"};
  std::string got;
  for (std::size_t i = 0; i < in.size(); ++i) got += std::string(i > 0 ? ", " : "") + names[i] + " " + in[i].text();
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i].rank() != 3)
      fail(ShapeReport{
          layer.described(),
          got + ": " + names[i] + " has " + std::to_string(in[i].rank()) + " axes; it needs 3: (samples, time steps, features)",
          in[i].rank() == 2 ? "what makes it hands on one row a sample instead of a sequence"
                            : "MultiHeadAttention takes tensors of more axes, all of them alike",
          in[i].rank() == 2 ? "LSTM(32, {.return_sequences = true})" : "Reshape({-1, features})",
          in[i].rank() == 2 ? "a sequence: the query's steps look at the value's steps" : "one axis of steps to look at"});
    if (in[i][2] == None || in[i][2] <= 0)
      fail(Code::shape,
           layer.described() + ": the number of features of its " + names[i] + " must be known; got " + in[i].text());
  }
  const Shape &value = in[1], &key = in.back();
  if (value[1] != None && key[1] != None && value[1] != key[1])
    fail(ShapeReport{layer.described(), got, "value and key have different numbers of time steps; every value has one key",
                     call, "the values are then their own keys"});
  if (equal && in[0][2] != key[2])
    fail(ShapeReport{layer.described(),
                     got + ": a query of " + how_many(in[0][2], "feature") + ", " + (in.size() > 2 ? "a key" : "a value") +
                         " of " + std::to_string(key[2]),
                     "a query is compared with keys feature by feature, so both must have as many",
                     "Dense(" + std::to_string(key[2]) + ")(query)", "the query brought to the features of the keys"});
}

void ScoredAttention::describe_rest(ConfigVisitor& v) {
  v.field("dropout", dropout, 0.0);
  describe_seed(v, class_name(), seed);
  v.field("use_causal_mask", use_causal_mask, false);  // in Keras an argument of the call
  v.field("return_attention_scores", return_attention_scores, false);
}

void ScoredAttention::check() const { require_dropout(*this, dropout, seed); }

Shapes ScoredAttention::output_shapes(const Shapes& in) const {
  require_query_value_key(*this, in, true);
  Shapes out{{in[0][0], in[0][1], in[1][2]}};
  if (return_attention_scores) out.push_back({in[0][0], in[0][1], in[1][1]});
  return out;
}

void ScoredAttention::plan(const Shapes& in, Plan& plan) const {
  const AttentionSizes sizes{in[0][1], in[1][1], in[0][2], in[1][2]};
  if (plan.training()) {
    plan.saved(weights_p, checked_mul(in[0][0], sizes.weights()));
    plan.scratch(spare,
                 checked_add(checked_mul(checked_add(sizes.queries, sizes.values), sizes.depth),
                             checked_mul(checked_add(sizes.values, return_attention_scores ? sizes.queries : 0), sizes.width)));
  } else {
    plan.scratch(weights_p, sizes.weights());
  }
  plan.scratch(work, sizes.scratch(plan.training()));
  plan.scratch<Index>(places, sizes.values);
}

AttentionCore ScoredAttention::core(const Run& run, const Draws& draws) const noexcept {
  AttentionCore core;
  core.sizes = {run.in(0).dims[1], run.in(1).dims[1], run.in(0).dims[2], run.in(1).dims[2]};
  core.causal = use_causal_mask;
  core.rate = run.training() ? dropout : 0;
  core.shows_dropped = true;
  if (run.context().keras_masks) core.nothing = AttentionCore::Nothing::equal_weights;
  core.draws = &draws;
  core.scratch = run.scratch(work);
  core.places = run.scratch<Index>(places);
  return core;
}

void ScoredAttention::at_sample(AttentionCore& core, const Run& run, Index b) const noexcept {
  // Keras's scores know nothing of the query's mask; only the output is 0 there.
  const bool all = run.context().keras_masks && return_attention_scores;
  core.query_mask = run.in(0).mask && !all ? run.in(0).mask + b * core.sizes.queries : nullptr;
  core.value_mask = run.in(1).mask ? run.in(1).mask + b * core.sizes.values : nullptr;
  core.row = run.row_number(b);
}

void ScoredAttention::run_forward(const Run& run, const Scores& scores) const noexcept {
  const Draws draws(run, name(), seed);
  AttentionCore c = core(run, draws);
  const auto [T, S, depth, width] = c.sizes;
  const Port &q = run.in(0), &v = run.in(1), &k = run.in(run.inputs() - 1);
  real* const saved = run.saved(weights_p);
  for (Index b = 0; b < q.dims[0]; ++b) {
    at_sample(c, run, b);
    real* const o = run.out().values + b * T * width;
    if (return_attention_scores) c.shown = run.out(1).values + b * T * S;
    c.forward(scores, {q.values + b * T * depth, depth}, {k.values + b * S * depth, depth}, {v.values + b * S * width, width},
              saved ? saved + b * T * S : run.scratch(weights_p), o, width);
    for (Index t = 0; t < T && q.mask; ++t)
      if (q.mask[b * T + t] == 0) std::fill_n(o + t * width, width, real(0));
  }
}

void ScoredAttention::run_backward(const Run& run, const Scores& scores) const noexcept {
  const Draws draws(run, name(), seed);
  AttentionCore c = core(run, draws);
  const auto [T, S, depth, width] = c.sizes;
  const Port &q = run.in(0), &v = run.in(1), &k = run.in(run.inputs() - 1);
  const bool own_key = run.inputs() > 2;
  real* const other = run.scratch(spare);
  for (Index b = 0; b < q.dims[0]; ++b) {
    at_sample(c, run, b);
    const auto gradient = [&](int i, Index each, Index at) {
      real* const d = run.d_in(i).values;
      return d ? d + b * each : other + at;
    };
    real* const dq = gradient(0, T * depth, 0);
    real* const dv = gradient(1, S * width, (T + S) * depth);
    real* const dk = own_key ? gradient(2, S * depth, T * depth) : other + T * depth;
    const real* d_o = run.d_out().values ? run.d_out().values + b * T * width : nullptr;
    if (d_o && q.mask && return_attention_scores) {  // what comes back to an output that was set to 0 ends there
      real* const open = other + (T + S) * depth + S * width;
      for (Index t = 0; t < T; ++t) {
        if (q.mask[b * T + t] != 0) {
          std::copy_n(d_o + t * width, width, open + t * width);
        } else {
          std::fill_n(open + t * width, width, real(0));
        }
      }
      d_o = open;
    }
    if (return_attention_scores && run.d_out(1).values) c.d_shown = run.d_out(1).values + b * T * S;
    c.backward(scores, {q.values + b * T * depth, depth}, {k.values + b * S * depth, depth}, {v.values + b * S * width, width},
               run.saved(weights_p) + b * T * S, {d_o, width}, dq, dk, dv);
    if (!own_key)
      for (Index i = 0; i < S * depth; ++i) dv[i] += dk[i];
  }
}

}  // namespace rondo
