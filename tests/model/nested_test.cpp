// Models in models: a session runs the calls they are made of, so everything is as if their layers stood in the outer model.
// (tests/golden/fit_cases.py compares training, masks and files with Keras.)
#include <gtest/gtest.h>

#include <cstring>

#include "model/model_state.h"
#include "rondo/interop/keras.h"
#include "rondo/layers/batch_normalization.h"
#include "rondo/layers/concatenate.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/gru.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/masking.h"
#include "rondo/layers/time_distributed.h"
#include "support/gradcheck.h"
#include "support/refused.h"

namespace rondo {
namespace {

bool same_bits(const Array& a, const Array& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(real)) == 0;
}

// Padded behind and before, by zeros.
Array padded(TestRandom& random, Index samples, Index steps, Index features) {
  Array x = random.array({samples, steps, features});
  for (Index b = 0; b < samples; ++b)
    for (Index t = 0; t < steps; ++t)
      for (Index f = 0; f < features; ++f)
        if (b % 3 == 1 ? t >= 2 : b % 3 == 2 && t < 2) x(b, t, f) = 0;
  return x;
}

// The same layers, flat and with those in the middle in a model of their own.
struct Pair {
  Model flat, nested;
};
Pair pair() {
  const auto middle = [] {
    return std::vector<LayerRef>{LSTM(4, {.return_sequences = true}), BatchNormalization(), Dense(3, {.activation = "tanh"})};
  };
  Sequential flat, inner("middle");
  flat.add(Input({5, 2}));
  flat.add(Masking());
  for (const LayerRef& l : middle()) flat.add(l);
  flat.add(GRU(3));
  flat.add(Dense(1));
  for (const LayerRef& l : middle()) inner.add(l);  // built when it is called
  const SymbolicTensor x = Input({5, 2});
  Model nested(x, Dense(1)(GRU(3)(inner(Masking()(x)))));
  randomize_weights(flat, 5);
  nested.set_weights(flat.get_weights());
  return {flat, nested};
}

TEST(NestedModel, ComputesAndTrainsAsItsLayersWould) {
  Pair p = pair();
  TestRandom random(1);
  const Array x = padded(random, 40, 5, 2), y = random.array({40, 1});
  EXPECT_TRUE(same_bits(p.flat.predict(x), p.nested.predict(x)));
  for (Model* m : {&p.flat, &p.nested}) m->compile({.optimizer = "adam", .loss = "mse"});
  const History a = p.flat.fit(x, y, {.epochs = 2, .threads = 1}), b = p.nested.fit(x, y, {.epochs = 2, .threads = 2});
  EXPECT_EQ(a.history, b.history);
  EXPECT_EQ(p.flat.weights_digest(), p.nested.weights_digest());
  EXPECT_TRUE(same_bits(p.flat.predict(x), p.nested.predict(x)));
}

TEST(NestedModel, StreamsAndSaves) {
  Sequential inner({LSTM(4, {.return_sequences = true}), Dense(3)}, "inner");
  const SymbolicTensor x = Input({None, 2});
  Model model(x, GRU(3, {.return_sequences = true})(inner(x)));
  randomize_weights(model, 2);
  TestRandom random(3);
  const Array data = random.array({1, 6, 2}), whole = model.predict(data);
  State state = model.state();
  for (Index t = 0; t < 6; ++t) {
    const Array row = data.slice(1, t, t + 1);
    const auto y = model.step(row.values(), state);
    for (Index u = 0; u < 3; ++u) EXPECT_EQ(y[static_cast<std::size_t>(u)], whole(0, t, u));
  }
  const Model again = load_model(save_model(model));
  EXPECT_EQ(again.weights_digest(), model.weights_digest());
  EXPECT_EQ(again.layer("inner")->class_name(), "Sequential");
  EXPECT_TRUE(same_bits(again.predict(data), whole));
}

TEST(NestedModel, SharedIsOneSetOfWeights) {
  const SymbolicTensor in = Input({4, 2});
  Model tower(in, Dense(3)(LSTM(4)(in)), "tower");
  const SymbolicTensor a = Input({4, 2}), b = Input({4, 2});
  Model model({a, b}, {Dense(1)(Concatenate()({tower(a), tower(b)}))});
  EXPECT_EQ(model.count_params(), tower.count_params() + 7);
  EXPECT_EQ(model.layers().size(), 3u);
  const std::string text = model.summary();
  EXPECT_NE(text.find("tower (Functional)"), std::string::npos) << text;
  EXPECT_NE(text.find("(shared)"), std::string::npos) << text;
  // The tower's own handle sees what training does to it.
  TestRandom random(1);
  const std::uint64_t before = tower.weights_digest();
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit({random.array({8, 4, 2}), random.array({8, 4, 2})}, random.array({8, 1}));
  EXPECT_NE(tower.weights_digest(), before);
}

TEST(NestedModel, FreezesAsAWhole) {
  Sequential base({LSTM(3, {.input_shape = {4, 2}}), BatchNormalization(), Dense(2)}, "base");
  Sequential model{base, Dense(1)};
  TestRandom random(1);
  const Array x = random.array({20, 4, 2}), y = random.array({20, 1});
  model.compile({.optimizer = "adam", .loss = "mse"});
  base.set_trainable(false);
  const std::uint64_t frozen = base.weights_digest(), all = model.weights_digest();
  model.fit(x, y, {.epochs = 2});
  EXPECT_EQ(base.weights_digest(), frozen);  // the moving moments, too
  EXPECT_NE(model.weights_digest(), all);
  const Model again = load_model(save_model(model));
  EXPECT_FALSE(again.layer("base")->trainable);
  base.set_trainable(true);
  model.compile({.optimizer = "adam", .loss = "mse"});  // an optimizer has trained what it was made for
  model.fit(x, y);
  EXPECT_NE(base.weights_digest(), frozen);
  // By the layer alone, as one freezes any other.
  const std::uint64_t now = base.weights_digest();
  model.layer("base")->trainable = false;
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(x, y);
  EXPECT_EQ(base.weights_digest(), now);
}

TEST(NestedModel, OverEveryTimeStep) {
  Sequential inner({Dense(3, {.activation = "tanh", .input_shape = {4, 2}}), GRU(4), Dense(2)});
  Sequential model{TimeDistributed(inner, {.input_shape = {5, 4, 2}}), LSTM(3)};
  Sequential one_by_one{TimeDistributed(inner.layers()[0], {.input_shape = {5, 4, 2}}), TimeDistributed(inner.layers()[1]),
                        TimeDistributed(inner.layers()[2]), model.layers()[1]};
  TestRandom random(1);
  const Array x = random.array({3, 5, 4, 2});
  EXPECT_TRUE(same_bits(model.predict(x), one_by_one.predict(x)));
  // Every step is what the model makes of it.
  const SymbolicTensor in = Input({5, 4, 2});
  Model steps(in, TimeDistributed(inner)(in));
  const Array y = steps.predict(x);
  const Array first = inner.predict(x.slice(1, 0, 1).reshape({3, 4, 2}));
  for (Index b = 0; b < 3; ++b)
    for (Index u = 0; u < 2; ++u) EXPECT_EQ(y(b, 0, u), first(b, u));
}

TEST(NestedModel, MasksOfTimeStepsAreNotLostInSilence) {
  Sequential inner({GRU(4, {.input_shape = {4, 2}})});
  const SymbolicTensor x = Input({5, 4, 2});
  Model model(x, LSTM(3)(TimeDistributed(inner)(Masking()(x))));
  expect_refused(Code::shape, "would lose the mask", [&] { model.predict(Array(Shape{1, 5, 4, 2})); });
}

TEST(NestedModel, RefusesWhatDoesNotFit) {
  Sequential inner({LSTM(3, {.input_shape = {4, 2}})}, "inner");
  expect_refused(Code::shape, "inner", [&] { inner(Input({5, 2})); });
  expect_refused(Code::shape, "inner", [&] { inner(Input({4, 3})); });
  expect_refused(Code::shape, "1 input", [&] { inner.call({Input({4, 2}), Input({4, 2})}); });
}

TEST(NestedModel, DoublingAtEveryLevelIsRefusedBeforeItCosts) {
  const SymbolicTensor first = Input({2});
  Model model(first, Dense(2)(first));
  const auto around = [](const Model& inner) {
    const SymbolicTensor x = Input({2});
    return Model(x, Dense(2)(Concatenate()({inner(x), inner(x)})));
  };
  expect_refused(Code::unsupported, "calls", [&] {
    for (int level = 0; level < 20; ++level) model = around(model);
  });
}

TEST(TimeDistributed, BatchNormalizationIsABatchForEveryStep) {
  Sequential model{TimeDistributed(BatchNormalization(), {.input_shape = {4, 2}}), LSTM(3)};
  TestRandom random(1);
  const Array x = random.array({40, 4, 2}), y = random.array({40, 3});
  std::vector<std::uint64_t> digests;
  for (const int threads : {1, 2, 3}) {
    Sequential copy{TimeDistributed(BatchNormalization(), {.input_shape = {4, 2}}), LSTM(3)};
    copy.set_weights(model.get_weights());
    copy.compile({.optimizer = "sgd", .loss = "mse"});
    copy.fit(x, y, {.batch_size = 40, .epochs = 2, .threads = threads});
    digests.push_back(copy.weights_digest());
  }
  EXPECT_EQ(digests[0], digests[1]);
  EXPECT_EQ(digests[0], digests[2]);
  const SymbolicTensor any = Input({None, 2});
  Model open(any, LSTM(3)(TimeDistributed(BatchNormalization())(any)));
  open.compile({.optimizer = "sgd", .loss = "mse"});
  expect_refused(Code::unsupported, "fixed number of time steps", [&] { open.fit(x, y); });
}

}  // namespace
}  // namespace rondo
