// What Keras lets pass in silence is an error here, and can be asked for by name (docs/silences.md).
#include <gtest/gtest.h>

#include <cmath>

#include "rondo/rondo.hpp"
#include "support/refused.h"

namespace rondo {
namespace {

TEST(Silences, AnotherNumberOfTimeSteps) {
  set_random_seed(1);
  Sequential model({LSTM(3, {.input_shape = {10, 2}}), Dense(1)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  const Array x(Shape{3, 7, 2}, 0.5);
  expect_refused(Code::shape, "the model was built for exactly 10 time steps a sample", [&] { model.predict(x); });
  expect_refused(Code::shape, "model.build({None, None, 2});", [&] { model.fit(x, Array(Shape{3, 1})); });
  const Array before = model.predict(Array(Shape{1, 10, 2}, 0.5));
  model.build({None, None, 2});
  EXPECT_EQ(model.predict(x).shape(), (Shape{3, 1}));
  EXPECT_EQ(model.predict(Array(Shape{1, 10, 2}, 0.5)).data()[0], before.data()[0]);  // the same weights
  model.fit(x, Array(Shape{3, 1}));
  EXPECT_EQ(model.optimizer()->iterations, 1);
  expect_refused(Code::state, "already built", [&] { model.build({None, None, 3}); });
  // A model whose weights belong to time steps has no such way.
  Sequential fixed({Flatten({.input_shape = {4, 2}}), Dense(1)});
  EXPECT_THROW(fixed.build({None, None, 2}), Error);
  EXPECT_EQ(fixed.predict(Array(Shape{1, 4, 2})).shape(), (Shape{1, 1}));
}

TEST(Silences, TargetsThatBroadcast) {
  Sequential one({Dense(1, {.input_shape = {2}})});
  one.compile({.optimizer = "sgd", .loss = "mse"});
  const Array x(Shape{5, 2}, 1.0);
  for (const Shape& y : {Shape{5, 3}, Shape{5, 10, 1}})
    expect_refused(Code::shape, "broadcasting them would train on something else", [&] { one.fit(x, Array(y)); });
  Sequential steps({SimpleRNN(1, {.return_sequences = true, .input_shape = {10, 2}})});
  steps.compile({.optimizer = "sgd", .loss = "mse"});
  const Array films(Shape{5, 10, 2}, 1.0), y{1, 2, 3, 4, 5};
  expect_refused(Code::shape, "the targets of layer 'simple_rnn'", [&] { steps.fit(films, y); });
  // By name: every step has the sample's target.
  const Array everywhere = broadcast_to(y.reshape(5, 1, 1), {5, 10, 1});
  EXPECT_EQ(everywhere.data()[49], 5);
  const double loss = steps.evaluate(films, everywhere)["loss"];
  const Array yhat = steps.predict(films);
  double sum = 0;
  for (Index i = 0; i < 50; ++i) sum += std::pow(static_cast<double>(yhat.data()[i] - y.data()[i / 10]), 2);
  EXPECT_NEAR(loss, sum / 50, 1e-5 * sum / 50);
}

// As many samples as time steps: Keras takes the weights for those of time steps.
TEST(Silences, OneWeightASample) {
  Sequential model({SimpleRNN(1, {.return_sequences = true, .input_shape = {3, 2}})});
  model.compile({.optimizer = "sgd", .loss = "mae"});
  Array x(Shape{3, 3, 2});
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<real>(i) / 20;
  const Array y(Shape{3, 3, 1}), w{1, 0, 0};
  const Array yhat = model.predict(x);
  const auto mean = [&](auto weight) {
    double sum = 0;
    for (Index b = 0; b < 3; ++b)
      for (Index t = 0; t < 3; ++t) sum += weight(b, t) * std::abs(static_cast<double>(yhat.data()[b * 3 + t]));
    return sum / 9;
  };
  const double samples = mean([](Index b, Index) { return b == 0; }), steps = mean([](Index, Index t) { return t == 0; });
  ASSERT_GT(std::abs(samples - steps), 1e-3);
  EXPECT_NEAR(model.evaluate(x, y, {.sample_weight = w})["loss"], samples, 1e-6);
  EXPECT_NEAR(model.evaluate(x, y, {.sample_weight = broadcast_to(w, {3, 3})})["loss"], steps, 1e-6);
  expect_refused(Code::shape, "Nothing is guessed", [&] { model.evaluate(x, y, {.sample_weight = Array{1, 0}}); });
}

TEST(Silences, PaddedFractions) {
  const std::vector<std::vector<real>> lists = {{real(0.1), real(0.2), real(0.3)}, {real(-1.5)}};
  const Array kept = pad_sequences(lists), whole = pad_sequences(lists, {.dtype = "int32"});
  EXPECT_EQ(kept.data()[1], real(0.2));
  for (Index i = 0; i < 5; ++i) EXPECT_EQ(whole.data()[i], 0);
  EXPECT_EQ(whole.data()[5], -1);  // towards 0, as NumPy
  expect_refused(Code::value, "dtype is 'float32' or 'int32', not 'int'", [&] { pad_sequences(lists, {.dtype = "int"}); });
  expect_refused(Code::value, "no int32", [] { pad_sequences({{1}, {real(3e9)}}, {.dtype = "int32"}); });
}

TEST(Silences, MaskingNaN) {
  const double nan = std::nan("");
  expect_refused(Code::value, ".nan_masks_nothing = true", [&] { Masking({.mask_value = nan}); });
  set_random_seed(1);
  Sequential model({Masking({.mask_value = nan, .nan_masks_nothing = true, .input_shape = {2, 1}}), LSTM(2)});
  Sequential bare({LSTM(2, {.input_shape = {2, 1}})});
  bare.set_weights(model.get_weights());
  const Array x{0.0, 0.5};
  const Array y = model.predict(x.reshape(1, 2, 1)), want = bare.predict(x.reshape(1, 2, 1));
  for (Index i = 0; i < 2; ++i) EXPECT_EQ(y.data()[i], want.data()[i]);
  // Its file has Keras's NaN, a word that JSON lacks, and none of the strings that look like it is touched.
  for (const double value : {nan, HUGE_VAL, -HUGE_VAL}) {
    const std::string name = "number NaN \\\" Infinity -Infinity";
    Sequential odd({Masking({.mask_value = value, .nan_masks_nothing = true, .input_shape = {2, 1}, .name = name}),
                    LSTM(2, {.name = "number "})});
    const Model again = load_model(save_model(odd));
    EXPECT_EQ(again.layers()[0]->name(), name);
    const Array z{0.5, value, 0.5, 0.25};
    const Array before = odd.predict(z.reshape(2, 2, 1)), after = again.predict(z.reshape(2, 2, 1));
    for (Index i = 0; i < 4; ++i)
      EXPECT_EQ(std::isnan(before.data()[i]) ? 7 : before.data()[i], std::isnan(after.data()[i]) ? 7 : after.data()[i]);
  }
}

TEST(Silences, AMeanOverNothing) {
  set_random_seed(1);
  Sequential model({Masking({.input_shape = {2, 1}}), GlobalAveragePooling1D()});
  Array x(Shape{2, 2, 1});
  x.data()[0] = 3;
  EXPECT_EQ(model.predict(x).data()[0], 3);
  EXPECT_EQ(model.predict(x).data()[1], 0);
  model.set_keras_mask_compat(true);
  EXPECT_EQ(model.predict(x).data()[0], 3);
  EXPECT_TRUE(std::isnan(static_cast<double>(model.predict(x).data()[1])));
  model.set_keras_mask_compat(false);
  EXPECT_EQ(model.predict(x).data()[1], 0);
}

// The setting is the model's: it holds for layers that come later, and not for another model over the same layers.
TEST(Silences, KerasMasksAreAModelsOwn) {
  const auto add = [](Sequential& model) {
    model.add(Masking({.input_shape = {4, 1}}));
    model.add(GRU(2, {.return_sequences = true, .go_backwards = true}));
  };
  Sequential before, after, without;
  before.set_keras_mask_compat(true);
  for (Sequential* model : {&before, &after, &without}) {
    set_random_seed(1);
    add(*model);
  }
  after.set_keras_mask_compat(true);
  const Array x = Array{1, 2, 3, 0, 4, 0, 0, 0}.reshape(2, 4, 1);
  const std::string compat = after.predict(x).text(), own = without.predict(x).text();
  EXPECT_NE(compat, own);
  EXPECT_EQ(before.predict(x).text(), compat);
  const SymbolicTensor in = Input({4, 1});
  Model over(in, after.layers()[1](after.layers()[0](in)));
  EXPECT_EQ(over.predict(x).text(), own);
  over.set_keras_mask_compat(false);
  EXPECT_EQ(after.predict(x).text(), compat);
}

TEST(Silences, BroadcastingAsNumPy) {
  const Array a = Array{1, 2, 3}.reshape(3, 1);
  const Array b = broadcast_to(a, {2, 3, 2});
  const std::vector<real> want = {1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3};  // np.broadcast_to
  for (Index i = 0; i < 12; ++i) EXPECT_EQ(b.data()[i], want[static_cast<std::size_t>(i)]);
  expect_refused(Code::shape, "cannot broadcast an array of shape (3, 1) to (2, 2)", [&] { broadcast_to(a, {2, 2}); });
  EXPECT_THROW(broadcast_to(a, {3}), Error);
}

}  // namespace
}  // namespace rondo
