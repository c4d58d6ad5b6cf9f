// What goes wrong around a training run that is set up well: optimizers in two places, callbacks that are not there, numbers
// that grow out of float32, batches of another size.
#include <gtest/gtest.h>

#include <cmath>

#include "rondo/interop/keras.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/time_distributed.h"
#include "rondo/optimizers/adam.h"
#include "rondo/optimizers/loss_scale_optimizer.h"
#include "rondo/optimizers/sgd.h"
#include "rondo/train/callbacks.h"
#include "support/refused.h"

namespace rondo {
namespace {

const Array X(Shape{4, 1}, 1), y(Shape{4, 1}, 3), minus_y(Shape{4, 1}, -3);

Sequential line() {
  Sequential model{Dense(1, {.use_bias = false, .input_shape = {1}})};
  model.set_weights({Array{1}.reshape(1, 1)});
  return model;
}

// Keras makes a new optimizer of a name each time it compiles. One that is shared would carry the moments of one model into
// another.
TEST(Mistakes, OptionsForTwoModelsAreTwoOptimizers) {
  CompileOptions options{.optimizer = "adam", .loss = "mse"};
  options.optimizer->learning_rate = 0.01;
  Sequential a = line(), b = line(), alone = line();
  a.compile(options);
  b.compile(options);
  EXPECT_EQ(b.optimizer()->learning_rate, 0.01);
  a.fit(X, y, {.epochs = 20});
  b.fit(X, minus_y, {.epochs = 3});
  alone.compile({.optimizer = Adam({.learning_rate = 0.01}), .loss = "mse"});
  alone.fit(X, minus_y, {.epochs = 3});
  EXPECT_EQ(b.weights_digest(), alone.weights_digest());
  EXPECT_EQ(a.optimizer()->iterations, 20);
  // What a callback makes of the rate is the first model's own.
  Sequential c = line();
  a.fit(X, y, {.callbacks = {LearningRateScheduler([](Index, double rate) { return rate / 10; })}});
  c.compile(options);
  EXPECT_EQ(c.optimizer()->learning_rate, 0.01);
  // A loaded optimizer has options, and is no mere name.
  a.compile({.optimizer = SGD({.momentum = 0.5}), .loss = "mse"});
  Model loaded = load_model(save_model(a));
  loaded.compile(loaded.compile_options());
  EXPECT_EQ(loaded.optimizer()->slot_names(), std::vector<std::string>{"momentum"});
}

TEST(Mistakes, AnOptimizerTrainsOneModel) {
  const Adam adam({.learning_rate = 0.01});
  Sequential a = line(), b = line();
  a.compile({.optimizer = adam, .loss = "mse"});
  b.compile({.optimizer = adam, .loss = "mse"});
  a.fit(X, y);
  expect_refused(Code::state, "those of another model", [&] { b.fit(X, y); });
  a.compile({.optimizer = adam, .loss = "mae"});  // the same weights, another loss: it goes on
  a.fit(X, y);
  EXPECT_EQ(a.optimizer()->iterations, 2);
}

TEST(Mistakes, CallbacksThatAreNotThere) {
  Sequential model = line();
  model.compile({.optimizer = "adam", .loss = "mse"});
  expect_refused(Code::value, "callback number 2 is a null pointer", [&] {
    model.fit(X, y, {.callbacks = {TerminateOnNaN(), nullptr}});
  });
  expect_refused(Code::value, "null pointer", [&] { model.evaluate(X, y, {.callbacks = {nullptr}}); });
  expect_refused(Code::value, "needs a function", [] { LearningRateScheduler(nullptr); });
}

// Adam keeps squares of gradients: one that overflows would be divided by, and leave NaN in the weights.
TEST(Mistakes, GradientsBeyondTheirSquares) {
  const Array huge(Shape{4, 1}, static_cast<real>(std::sqrt(std::numeric_limits<real>::max()) / 4));
  const Array twice(Shape{4, 1}, 2 * huge(0, 0));
  for (const char* optimizer : {"adam", "rmsprop", "adagrad", "lamb"}) {
    Sequential model = line();
    model.compile({.optimizer = optimizer, .loss = "mae"});
    expect_refused(Code::non_finite, "is too large; the step was not taken", [&] { model.fit(huge, y); });
    EXPECT_EQ(model.get_weights()[0].text(), (Array{1}.reshape(1, 1).text()));
  }
  for (const OptimizerRef& optimizer :
       {OptimizerRef(Adam({.clipvalue = 1e30})), OptimizerRef(LossScaleOptimizer("adam", {.initial_scale = 1}))}) {
    Sequential model = line();
    model.compile({.optimizer = optimizer, .loss = "mae"});
    expect_refused(Code::non_finite, "is too large", [&] { model.fit(huge, y); });
  }
  Sequential plain = line();  // no squares
  plain.compile({.optimizer = SGD({.learning_rate = 1e-20}), .loss = "mae"});
  plain.fit(huge, twice);
  EXPECT_TRUE(std::isfinite(plain.get_weights()[0](0, 0)));
  EXPECT_NE(plain.get_weights()[0](0, 0), real(1));
  Sequential clipped = line();
  clipped.compile({.optimizer = SGD({.learning_rate = 0.5, .clipvalue = 1}), .loss = "mae"});
  clipped.fit(huge, y);
  EXPECT_EQ(clipped.get_weights()[0].text(), (Array{0.5}.reshape(1, 1).text()));
}

TEST(Mistakes, AStatefulModelHasOneBatchSize) {
  Sequential model{LSTM(2, {.stateful = true, .batch_size = 2, .input_shape = {3, 1}}), Dense(1)};
  model.compile({.optimizer = "adam", .loss = "mse"});
  const Array x(Shape{8, 3, 1}, 1), t(Shape{8, 1}, 1);
  expect_refused(Code::shape, "{.batch_size = 2}", [&] { model.fit(x, t, {.batch_size = 4}); });
  expect_refused(Code::shape, "batches of 2", [&] { model.evaluate(x, t, {.batch_size = 4}); });
  expect_refused(Code::shape, "8 samples at once", [&] { model.train_on_batch(x, t); });
  model.fit(x, t, {.batch_size = 2});
}

TEST(Mistakes, ANameWithASlash) {
  expect_refused(Code::value, "holds no '/'", [] { Sequential({Dense(1, {.input_shape = {1}, .name = "a/b"})}).predict(X); });
  expect_refused(Code::value, "holds no '/'", [] {
    Sequential({TimeDistributed(Dense(1, {.name = "a/b"}), {.input_shape = {2, 1}})});
  });
  expect_refused(Code::value, "an Input is named", [] {
    const SymbolicTensor in = Input({1}, {.name = "a/b"});
    Model(in, Dense(1)(in));
  });
  expect_refused(Code::value, "a model is named", [] { Sequential("a/b"); });
}

// Keras skips an optimizer's state that has another number of variables.
TEST(Mistakes, FrozenAfterTraining) {
  for (const OptimizerRef& optimizer : {OptimizerRef("adam"), OptimizerRef(SGD({.momentum = 0.9})), OptimizerRef("rmsprop")}) {
    Sequential model{Dense(3, {.input_shape = {1}}), Dense(1)};
    model.compile({.optimizer = optimizer, .loss = "mse"});
    model.fit(X, y);
    model.layers()[0]->trainable = false;
    LoadReport report;
    Model loaded = load_model(save_model(model), {.report = &report});
    ASSERT_EQ(report.notes.size(), 1u);
    EXPECT_NE(report.notes[0].find("frozen or unfrozen after training"), std::string::npos) << report.notes[0];
    EXPECT_EQ(loaded.optimizer()->iterations, 0);
    EXPECT_EQ(loaded.weights_digest(), model.weights_digest());
    const Array kept = loaded.get_weights()[0];
    loaded.fit(X, y);
    EXPECT_EQ(loaded.get_weights()[0].text(), kept.text());
  }
}

TEST(Mistakes, OtherLayersFrozenThanInTraining) {
  Sequential model{Dense(2, {.input_shape = {1}}), Dense(2), Dense(1)};
  model.layers()[0]->trainable = false;
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(X, y);
  model.layers()[0]->trainable = true;
  model.layers()[1]->trainable = false;
  LoadReport report;
  const Model loaded = load_model(save_model(model), {.report = &report});
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_NE(report.notes[0].find("frozen or unfrozen after training"), std::string::npos) << report.notes[0];
  EXPECT_EQ(loaded.optimizer()->iterations, 0);
}

// Keras keeps no variable that all weights share behind a LossScaleOptimizer.
TEST(Mistakes, AScaledNadamsFile) {
  Sequential model = line();
  model.compile({.optimizer = LossScaleOptimizer("nadam"), .loss = "mse"});
  model.fit(X, y, {.epochs = 2});
  LoadReport report;
  const Model loaded = load_model(save_model(model), {.report = &report});
  EXPECT_TRUE(report.notes.empty()) << report.notes[0];
  EXPECT_EQ(loaded.optimizer()->iterations, 2);
  EXPECT_EQ(loaded.optimizer()->slots[0].value.text(), model.optimizer()->slots[0].value.text());
  EXPECT_EQ(loaded.optimizer()->slots.back().value.text(), Array(Shape{}, 1).text());
}

}  // namespace
}  // namespace rondo
