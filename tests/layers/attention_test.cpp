// Attention, AdditiveAttention and MultiHeadAttention: small sums by hand, masks, refusals. Their numbers against Keras are in
// tests/interop.
#include "rondo/layers/attention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/layers/activation.h"
#include "rondo/layers/additive_attention.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/dropout.h"
#include "rondo/layers/masking.h"
#include "rondo/layers/merge.h"
#include "rondo/layers/multi_head_attention.h"
#include "rondo/layers/noise.h"
#include "support/contract.h"
#include "support/contract_models.h"
#include "support/refused.h"

namespace rondo {
namespace {

// The mask of the contract lies on the query: with use_causal_mask a step's place counts, so padding is not the same as
// nothing.
constexpr contract::CaseOptions in_place{.truncates = false};
CONTRACT_CASE("Attention", "dot", [] { return Attention(); }, {{None, 3}, {4, 3}});
CONTRACT_CASE("Attention", "scale, key", [] { return Attention({.use_scale = true}); }, {{None, 3}, {4, 2}, {4, 3}});
CONTRACT_CASE(
    "Attention", "causal", [] { return Attention({.use_causal_mask = true}); }, {{None, 3}, {4, 3}}, in_place);
CONTRACT_CASE("Attention", "concat", [] { return Attention({.score_mode = "concat"}); }, {{None, 3}, {4, 2}, {4, 3}});
CONTRACT_CASE("Attention", "concat, scale", [] { return Attention({.use_scale = true, .score_mode = "concat"}); },
              {{None, 3}, {4, 3}});
CONTRACT_CASE("Attention", "dropout", [] { return Attention({.dropout = 0.4}); }, {{None, 3}, {4, 3}});
CONTRACT_CASE("AdditiveAttention", "scale", [] { return AdditiveAttention(); }, {{None, 3}, {4, 3}});
CONTRACT_CASE(
    "AdditiveAttention", "key, causal", [] { return AdditiveAttention({.use_scale = false, .use_causal_mask = true}); },
    {{None, 3}, {4, 2}, {4, 3}}, in_place);
CONTRACT_CASE("Attention", "scores", [] { return Attention({.return_attention_scores = true}); }, {{None, 3}, {4, 3}},
              {.masks = false});
CONTRACT_CASE("AdditiveAttention", "scores, dropout",
              [] { return AdditiveAttention({.dropout = 0.3, .return_attention_scores = true}); }, {{None, 3}, {4, 3}},
              {.masks = false});
CONTRACT_CASE("MultiHeadAttention", "scores, dropout",
              [] { return MultiHeadAttention(2, 3, {.dropout = 0.3, .return_attention_scores = true}); }, {{None, 4}, {5, 3}},
              {.masks = false});
CONTRACT_CASE("MultiHeadAttention", "two heads", [] { return MultiHeadAttention(2, 3); }, {{None, 4}, {5, 3}});
CONTRACT_CASE("MultiHeadAttention", "key, value_dim, output_shape",
              [] { return MultiHeadAttention(3, 2, {.value_dim = 4, .output_shape = {5}}); }, {{None, 3}, {4, 2}, {4, 5}});
CONTRACT_CASE("MultiHeadAttention", "output of two axes",
              [] {
                return MultiHeadAttention(2, 3, {.output_shape = {2, 3}});
              },
              {{None, 3}, {4, 2}}, {.masks = false});
CONTRACT_CASE(
    "MultiHeadAttention", "causal, no bias",
    [] { return MultiHeadAttention(2, 2, {.use_bias = false, .use_causal_mask = true}); }, {{None, 3}, {4, 3}}, in_place);
CONTRACT_CASE("MultiHeadAttention", "gate, dropout",
              [] { return MultiHeadAttention(2, 3, {.dropout = 0.3, .use_gate = true}); }, {{None, 3}, {4, 3}});
CONTRACT_CASE(
    "MultiHeadAttention", "sliding window", [] { return MultiHeadAttention(1, 3, {.sliding_window = 2}); }, {{None, 3}, {6, 3}},
    in_place);

CONTRACT_CASE("MultiHeadAttention", "attention_mask, gate",
              [] { return MultiHeadAttention(2, 3, {.use_gate = true, .attention_mask = true}); }, {{4, 3}, {5, 2}, {4, 5}});
CONTRACT_CASE("MultiHeadAttention", "key, attention_mask of heads, scores",
              [] { return MultiHeadAttention(2, 3, {.return_attention_scores = true, .attention_mask = true}); },
              {{4, 3}, {5, 2}, {5, 3}, {2, 4, 5}}, {.masks = false});
CONTRACT_CASE("MultiHeadAttention", "images", [] { return MultiHeadAttention(2, 3); }, {{3, 2, 2}, {2, 2, 3}});
CONTRACT_CASE("MultiHeadAttention", "along the first axis",
              [] {
                return MultiHeadAttention(2, 3,
                                          {.dropout = 0.2, .attention_axes = {1}, .use_gate = true, .use_causal_mask = true});
              },
              {{3, 2, 2}, {4, 2, 3}}, {.masks = false});

// query 1, 2; values 10, 20, keys 0, 1: the weight of 20 is 1 / (1 + e^-score).
TEST(Attention, OfTwoNumbers) {
  const SymbolicTensor q = Input({2, 1}), v = Input({2, 1}), k = Input({2, 1});
  const std::vector<Array> x{Array{1, 2}.reshape(1, 2, 1), Array{10, 20}.reshape(1, 2, 1), Array{0, 1}.reshape(1, 2, 1)};
  const Array y = Model({q, v, k}, LayerRef(Attention()).call({q, v, k})).predict(x);
  const auto mean = [](double score) { return 10 + 10 / (1 + std::exp(-score)); };
  EXPECT_NEAR(static_cast<double>(y(0, 0, 0)), mean(1), 1e-5);
  EXPECT_NEAR(static_cast<double>(y(0, 1, 0)), mean(2), 1e-5);
  const Array z = Model({q, v, k}, LayerRef(Attention({.use_causal_mask = true})).call({q, v, k})).predict(x);
  EXPECT_EQ(z(0, 0, 0), 10);  // the first step sees the first value only
  EXPECT_NEAR(static_cast<double>(z(0, 1, 0)), mean(2), 1e-5);
  Model additive({q, v, k}, LayerRef(AdditiveAttention()).call({q, v, k}));
  additive.set_weights({Array{3}});
  const Array w = additive.predict(x);
  EXPECT_NEAR(static_cast<double>(w(0, 0, 0)), mean(3 * (std::tanh(2.0) - std::tanh(1.0))), 1e-5);
}

// Self-attention of a padded sequence is that of the sequence alone, to the bit, whatever the padding holds; nothing comes back
// to the padding.
TEST(Attention, PaddedAndMaskedIsTheSequenceAlone) {
  for (const LayerRef& layer :
       {LayerRef(Attention({.use_scale = true})), LayerRef(Attention({.score_mode = "concat", .use_causal_mask = true})),
        LayerRef(AdditiveAttention({.use_causal_mask = true})), LayerRef(MultiHeadAttention(2, 3)),
        LayerRef(MultiHeadAttention(2, 3, {.use_gate = true, .use_causal_mask = true}))}) {
    SCOPED_TRACE(layer->class_name());
    TestRandom random(1);
    const Index n = 10, steps = 7;
    const SymbolicTensor x = Input({None, 4}), flags = Input({None, 1}), plain = Input({None, 4});
    const SymbolicTensor m = given_mask(x, flags);
    Model masked({x, flags}, layer.call({m, m})), alone({plain}, layer.call({plain, plain}));
    randomize_weights(masked, 2);
    const contract::Keep keep = contract::keep_patterns(n, steps, random);
    const Array clean = random.array({n, steps, 4});
    Array data = clean;
    contract::poison(data, keep);
    const Array y = masked.predict_all({data, contract::keep_array(keep)})[0];
    for (Index b = 0; b < n; ++b) {
      std::vector<Array> in, out;
      for (Index t = 0; t < steps; ++t) {
        if (keep[static_cast<std::size_t>(b)][static_cast<std::size_t>(t)] == 0) continue;
        in.push_back(clean.slice(0, b, b + 1).slice(1, t, t + 1));
        out.push_back(y.slice(0, b, b + 1).slice(1, t, t + 1));
      }
      if (in.empty()) continue;
      contract::expect_same_bits(concatenate(out, 1), alone.predict(concatenate(in, 1)), "sample " + std::to_string(b));
    }
    if (sizeof(real) == sizeof(double)) GradientCheck(masked, {data, contract::keep_array(keep)}).check("self-attention");
  }
}

// A mask on the values alone hides them from every query and is used up.
TEST(Attention, MaskedValuesAreNotLookedAt) {
  for (const LayerRef& layer : {LayerRef(Attention()), LayerRef(AdditiveAttention()), LayerRef(MultiHeadAttention(2, 3))}) {
    SCOPED_TRACE(layer->class_name());
    TestRandom random(3);
    const SymbolicTensor q = Input({3, 4}), v = Input({None, 4}), flags = Input({None, 1}), plain = Input({None, 4});
    Model masked({q, v, flags}, layer.call({q, given_mask(v, flags)})), alone({q, plain}, layer.call({q, plain}));
    randomize_weights(masked, 2);
    const Array query = random.array({1, 3, 4}), clean = random.array({1, 5, 4});
    Array data = clean, keep(Shape{1, 5, 1}, 1);
    for (const Index t : {0, 3}) {
      keep(0, t, 0) = 0;
      for (Index f = 0; f < 4; ++f) data(0, t, f) = static_cast<real>(NAN);
    }
    const Array seen = concatenate({clean.slice(1, 1, 3), clean.slice(1, 4, 5)}, 1);
    contract::expect_same_bits(masked.predict_all({query, data, keep})[0], alone.predict_all({query, seen})[0],
                               "masked values");
    if (sizeof(real) == sizeof(double)) GradientCheck(masked, {query, data, keep}).check("masked values");
  }
}

// Every gradient of a model with inputs x, those of the output being c: inputs first, then weights.
std::vector<std::vector<real>> gradients(Model& model, const std::vector<Array>& x, const Array& c) {
  Shapes shapes;
  for (const Array& a : x) shapes.push_back(a.shape());
  Session session(model.internal().built(), {shapes, {true, false}, 1, true});
  session.start(shapes);
  for (std::size_t i = 0; i < x.size(); ++i)
    std::copy(x[i].values().begin(), x[i].values().end(), session.input(static_cast<int>(i)));
  session.forward(true, 7);
  std::copy(c.values().begin(), c.values().end(), session.output_gradient(0));
  session.backward();
  std::vector<std::vector<real>> out;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const real* const g = session.input_gradient(static_cast<int>(i));
    out.emplace_back(g, g + x[i].size());
  }
  for (std::size_t i = 0; i < model.internal().trainable.size(); ++i) {
    const std::span<real> g = session.gradient(static_cast<int>(i));
    out.emplace_back(g.begin(), g.end());
  }
  return out;
}

// In Keras 1e9 less leaves the scores of a query that sees nothing equal, and they learn all the same: as much as equal scores
// of values that are all seen do, dropout and all, but for rounding. (Differences of the mean do not show it: moved a little,
// they stay equal.) Nothing comes back where Keras is not followed. tests/golden/fit/attention_sees_nothing* has Keras's
// numbers.
TEST(Attention, WhatSeesNothingLearnsWhatEqualScoresTeach) {
  for (const LayerRef& layer :
       {LayerRef(Attention({.use_scale = true})), LayerRef(Attention({.use_scale = true, .score_mode = "concat"})),
        LayerRef(Attention({.dropout = 0.4})), LayerRef(AdditiveAttention({.use_scale = true, .dropout = 0.3}))}) {
    SCOPED_TRACE(layer->class_name());
    TestRandom random(4);
    const SymbolicTensor q = Input({3, 4}), v = Input({5, 2}), k = Input({5, 4}), flags = Input({5, 1});
    Model masked({q, v, k, flags}, layer.call({q, given_mask(v, flags), k})), seen({q, v, k}, layer.call({q, v, k}));
    randomize_weights(masked, 2);
    Array key = random.array({2, 1, 4}), keys = concatenate({key, key, key, key, key}, 1);
    // The first sample's scores are equal; in the second they are not, and the mask hides none.
    for (Index s = 0; s < 5; ++s)
      for (Index f = 0; f < 4; ++f) keys(1, s, f) = static_cast<real>(random(-1, 1));
    Array keep(Shape{2, 5, 1});
    for (Index s = 0; s < 5; ++s) keep(1, s, 0) = 1;
    const std::vector<Array> x{random.array({2, 3, 4}), random.array({2, 5, 2}), keys};
    const std::vector<Array> with{x[0], x[1], x[2], keep};
    const Array c = random.array({2, 3, 2});
    const auto want = gradients(seen, x, c), apart = gradients(masked, with, c);
    for (Index i = 0; i < 10; ++i) EXPECT_EQ(apart[1][static_cast<std::size_t>(i)], 0) << "without Keras's masks";
    masked.set_keras_mask_compat(true);
    auto got = gradients(masked, with, c);
    got.erase(got.begin() + 3);  // that of the flags
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i)
      for (std::size_t j = 0; j < want[i].size(); ++j)
        EXPECT_NEAR(static_cast<double>(got[i][j]), static_cast<double>(want[i][j]), 2e-6) << i << " " << j;
    double most = 0;
    for (std::size_t j = 0; j < 20; ++j) most = std::max(most, std::abs(static_cast<double>(got[2][j])));
    EXPECT_GT(most, 1e-3) << "the keys of values that nobody sees";
    masked.set_keras_mask_compat(false);
    EXPECT_EQ(gradients(masked, with, c)[1], apart[1]);
  }
}

// What an attention mask hides is as good as not there, for each head and each place of the other axes, and so is what a mask
// on the query or the values hides beside it; no gradient comes back to what nobody may look at.
TEST(Attention, MaskOfAttentionHidesValues) {
  TestRandom random(5);
  const LayerRef layer = MultiHeadAttention(2, 3, {.attention_axes = {1}, .attention_mask = true});
  const LayerRef plain = MultiHeadAttention(2, 3, {.attention_axes = {1}});
  const SymbolicTensor q = Input({3, 2, 4}), v = Input({4, 2, 4}), m = Input({2, 1, 3, 4}), w = Input({2, 2, 4});
  Model masked({q, v, m}, layer.call({q, v, m})), alone({q, w}, plain.call({q, w}));
  randomize_weights(masked, 2);
  alone.set_weights(masked.get_weights());
  const Array query = random.array({1, 3, 2, 4}), values = random.array({1, 4, 2, 4});
  Array mask(Shape{1, 2, 1, 3, 4});
  for (Index t = 0; t < 3; ++t) {
    mask(0, 0, 0, t, 1) = -1, mask(0, 0, 0, t, 2) = 3;  // of the first column steps 1 and 2, of the second 0 and 3
    mask(0, 1, 0, t, 0) = 1, mask(0, 1, 0, t, 3) = static_cast<real>(NAN);
  }
  Array seen(Shape{1, 2, 2, 4});
  for (Index f = 0; f < 4; ++f) {
    seen(0, 0, 0, f) = values(0, 1, 0, f), seen(0, 1, 0, f) = values(0, 2, 0, f);
    seen(0, 0, 1, f) = values(0, 0, 1, f), seen(0, 1, 1, f) = values(0, 3, 1, f);
  }
  const Array got = masked.predict_all({query, values, mask})[0], want = alone.predict_all({query, seen})[0];
  for (Index i = 0; i < got.size(); ++i)
    EXPECT_NEAR(static_cast<double>(got.values()[static_cast<std::size_t>(i)]),
                static_cast<double>(want.values()[static_cast<std::size_t>(i)]), 1e-6);
}

// Masks on a query and values of more axes: beside an attention mask or alone, they leave the same numbers.
TEST(Attention, MasksOfMoreAxesAreAttentionMasks) {
  TestRandom random(6);
  const SymbolicTensor q = Input({2, 3, 4}), v = Input({2, 5, 4}), m = Input({2, 3, 5});
  const LayerRef over = MultiHeadAttention(2, 3, {.attention_axes = {2}}),
                 with = MultiHeadAttention(2, 3, {.attention_axes = {2}, .attention_mask = true});
  Model masked({q, v}, over.call({Masking()(q), Masking()(v)})), told({q, v, m}, with.call({q, v, m}));
  randomize_weights(told, 2);
  masked.set_weights(told.get_weights());
  Array query = random.array({2, 2, 3, 4}), values = random.array({2, 2, 5, 4}), mask(Shape{2, 2, 3, 5});
  for (Index b = 0; b < 2; ++b)
    for (Index c = 0; c < 2; ++c)
      for (Index t = 0; t < 3; ++t)
        for (Index s = 0; s < 5; ++s) {
          const bool hidden_t = (b + c + t) % 3 == 0, hidden_s = (b + 2 * c + s) % 4 == 1;
          mask(b, c, t, s) = hidden_t || hidden_s ? 0 : 1;
          for (Index f = 0; f < 4; ++f) {
            if (hidden_t) query(b, c, t, f) = 0;
            if (hidden_s) values(b, c, s, f) = 0;
          }
        }
  const Array got = masked.predict_all({query, values})[0], want = told.predict_all({query, values, mask})[0];
  for (Index i = 0; i < got.size(); ++i)
    EXPECT_NEAR(static_cast<double>(got.values()[static_cast<std::size_t>(i)]),
                static_cast<double>(want.values()[static_cast<std::size_t>(i)]), 1e-6);
  if (sizeof(real) == sizeof(double)) GradientCheck(told, {query, values, mask}).check("attention mask");
}

// Padding is not looked at by the second of two blocks either; with Keras's silence it is, because there the first attention
// takes the mask off the tensor (the numbers are in tests/golden/attention/two_blocks).
TEST(Attention, MasksStayForTheNextOne) {
  const SymbolicTensor x = Input({None, 2}), m = Masking()(x);
  const SymbolicTensor first = Add()({m, MultiHeadAttention(2, 3)({m, m})});
  Model model({x}, MultiHeadAttention(1, 2)({first, first}));
  randomize_weights(model, 2);
  TestRandom random(7);
  const Array alone = random.array({1, 3, 2});
  const Array padded = concatenate({alone, Array(Shape{1, 2, 2})}, 1);
  const Array want = model.predict(alone);
  contract::expect_same_bits(model.predict(padded).slice(1, 0, 3), want, "masks stay");
  model.set_keras_mask_compat(true);
  const Array silent = model.predict(padded).slice(1, 0, 3);
  EXPECT_GT(std::abs(static_cast<double>(silent(0, 0, 0) - want(0, 0, 0))), 1e-4);
  contract::expect_same_bits(model.predict(alone), want, "nothing is masked");
}

// In inference Keras's Dropout gives back the tensor it got, and the mask taken off its output is taken off its input; not so a
// tanh. In training it makes a new one (tests/golden/fit/attended_behind_dropout).
TEST(Attention, MasksAreTakenOffWhatDropoutGaveBack) {
  TestRandom random(8);
  Array data = random.array({2, 5, 2});
  for (Index t = 3; t < 5; ++t)
    for (Index f = 0; f < 2; ++f) data(0, t, f) = 0;
  const auto model = [&](const LayerRef& between) {
    const SymbolicTensor x = Input({5, 2}), m = Masking()(x), d = between ? between(m) : m;
    const SymbolicTensor y = MultiHeadAttention(1, 2)({d, d});
    Model made({x}, Attention()({Dense(2)(y), m}));
    randomize_weights(made, 2);
    return made;
  };
  const auto silent = [&](Model made) {
    made.set_keras_mask_compat(true);
    return made.predict(data);
  };
  const Array seen = model(LayerRef()).predict(data), unseen = silent(model(LayerRef()));
  EXPECT_GT(std::abs(static_cast<double>(seen(0, 0, 0) - unseen(0, 0, 0))), 1e-5);
  for (const LayerRef& same : {LayerRef(Dropout(0.5)), LayerRef(GaussianNoise(0.5)), LayerRef(SpatialDropout1D(0.5)),
                               LayerRef(ActivationLayer("linear")), LayerRef(Maximum())}) {
    SCOPED_TRACE(same->class_name());
    contract::expect_same_bits(silent(model(same)), unseen, "the tensor itself");
    contract::expect_same_bits(model(same).predict(data), seen, "masks stay");
  }
  const LayerRef other = ActivationLayer("tanh");
  contract::expect_same_bits(silent(model(other)), model(other).predict(data), "another tensor");
}

// Dropout drops weights in training alone, and as often as asked.
TEST(Attention, DropsWeightsInTraining) {
  const SymbolicTensor q = Input({50, 2}), v = Input({40, 1});
  Model model({q, v}, LayerRef(Attention({.dropout = 0.25})).call({Dense(1)(q), v}));
  const Array query(Shape{16, 50, 2}), ones(Shape{16, 40, 1}, 1);
  const Array y = model.predict_all({query, ones})[0];
  for (const real value : y.values()) EXPECT_NEAR(static_cast<double>(value), 1, 1e-5);
  Session session(model.internal().built(), {{query.shape(), ones.shape()}, {true, false}, 1});
  session.start({query.shape(), ones.shape()});
  std::fill_n(session.input(0), query.size(), real(0));
  std::fill_n(session.input(1), ones.size(), real(1));
  session.forward(true, 5);
  double sum = 0, varies = 0;
  for (Index i = 0; i < y.size(); ++i) {
    const double value = static_cast<double>(session.output(0).values[i]);
    sum += value;
    varies = std::max(varies, std::abs(value - 1));
  }
  // 800 rows of 40 draws: the mean of a row has a deviation of sqrt(0.25 / 0.75 / 40) = 0.09, that of all rows 0.0033.
  EXPECT_NEAR(sum / static_cast<double>(y.size()), 1, 0.015);
  EXPECT_GT(varies, 0.1);
}

TEST(Attention, RefusesWhatItCannotDo) {
  const auto on = [](const LayerRef& layer, const Shapes& shapes) {
    return [=] {
      std::vector<SymbolicTensor> in;
      for (const Shape& s : shapes) in.push_back(Input(s));
      layer.call(in);
    };
  };
  expect_refused(Code::value, "Did you mean 'concat'", [] { Attention({.score_mode = "conact"}); });
  expect_refused(Code::value, "dropout", [] { AdditiveAttention({.dropout = 1}); });
  expect_refused(Code::value, "key_dim", [] { MultiHeadAttention(2, 0); });
  expect_refused(Code::value, "num_heads", [] { MultiHeadAttention(-1, 2); });
  expect_refused(Code::value, "value_dim", [] { MultiHeadAttention(1, 2, {.value_dim = 0}); });
  expect_refused(Code::value, "sliding_window", [] { MultiHeadAttention(1, 2, {.sliding_window = 0}); });
  expect_refused(Code::shape, "{query, value}", on(Attention(), {{4, 3}}));
  expect_refused(Code::shape, "one row a sample", on(Attention(), {{4, 3}, {3}}));
  expect_refused(Code::shape, "Dense(3)(query)", on(Attention(), {{4, 2}, {4, 3}}));
  expect_refused(Code::shape, "different numbers of time steps", on(MultiHeadAttention(1, 2), {{4, 2}, {4, 3}, {5, 3}}));
  expect_refused(Code::shape, "must be known", on(MultiHeadAttention(1, 2), {{4, 2}, {4, None}}));
  const auto axes = [](std::vector<Index> a, bool causal = false) {
    return MultiHeadAttention(1, 2, {.attention_axes = std::move(a), .use_causal_mask = causal});
  };
  expect_refused(Code::value, "no axis of steps", [=] { axes({0}); });
  expect_refused(Code::value, "no axis of steps", [=] { axes({-1}); });
  expect_refused(Code::value, "no axis of steps", [=] { axes({Index{1} << 40}); });
  expect_refused(Code::unsupported, "side by side", [=] { axes({1, 3}); });
  expect_refused(Code::unsupported, "Permute", [=] { axes({2, 1}); });
  expect_refused(Code::shape, "no axis of steps 2", on(axes({2}), {{4, 3}, {4, 3}}));
  expect_refused(Code::shape, "different numbers of axes", on(axes({1}), {{4, 2, 3}, {4, 3}}));
  expect_refused(Code::shape, "axis 2 differs", on(axes({1}), {{4, 2, 3}, {5, 3, 3}}));
  expect_refused(Code::shape, "axis 1 differs", on(axes({1}), {{4, 2, 3}, {5, 2, 3}, {4, 2, 3}}));
  expect_refused(Code::unsupported, "use_causal_mask needs one axis", on(axes({}, true), {{4, 2, 3}, {4, 2, 3}}));
  const auto masked = [] { return MultiHeadAttention(3, 2, {.attention_mask = true}); };
  expect_refused(Code::shape, "{query, value, mask}", on(masked(), {{4, 3}, {5, 3}}));
  expect_refused(Code::shape, "Input({4, 5})", on(masked(), {{4, 3}, {5, 3}, {4, 4}}));
  expect_refused(Code::shape, "attention_mask", on(masked(), {{4, 3}, {5, 3}, {5}}));
  expect_refused(Code::shape, "attention_mask", on(masked(), {{4, 3}, {5, 3}, {2, 4, 5}}));
  expect_refused(Code::shape, "attention_mask", on(masked(), {{4, 3}, {5, 3}, {1, 3, 4, 5}}));
}

}  // namespace
}  // namespace rondo
