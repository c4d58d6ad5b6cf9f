// What compile and fit refuse about several outputs and weights, and what batches one by one give. (fit_golden_test.cpp
// compares the numbers with Keras.)
#include <gtest/gtest.h>

#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"
#include "rondo/model/model.h"
#include "rondo/train/callbacks.h"
#include "support/gradcheck.h"
#include "support/refused.h"

namespace rondo {
namespace {

Model heads() {
  const SymbolicTensor x = Input({5, 2});
  const SymbolicTensor h = LSTM(3, {.return_sequences = true})(x);
  return Model({x}, {Dense(1, {.name = "level"})(LSTM(2)(h)), Dense(2, {.name = "path"})(h)});
}

TEST(Compile, OneOfEverythingForEachOutput) {
  Model model = heads();
  model.compile({.loss = {{"path", "mae"}, {"level", "mse"}}, .metrics = {{"path", {"mse", "mae"}}}});
  EXPECT_EQ(model.metrics(), (std::vector<std::string>{"path_mse", "path_mae"}));
  model.compile({.loss = "mse", .metrics = {"mae", "mse"}});  // as in Keras: one for each of two outputs
  EXPECT_EQ(model.metrics(), (std::vector<std::string>{"level_mae", "path_mse"}));
  model.compile({.loss = {"mse", LossRef()}, .metrics = {{}, {"mae"}}});
  TestRandom random(1);
  const Logs logs = model.evaluate(random.array({4, 5, 2}), {random.array({4, 1}), random.array({4, 5, 2})});
  EXPECT_EQ(logs.count("level_loss"), 0u);  // one loss is the loss
  EXPECT_EQ(logs.count("path_mae"), 1u);
}

TEST(Compile, RefusesWhatDoesNotSuitTheOutputs) {
  Model model = heads();
  expect_refused(Code::value, "3 entries; the model has 2 outputs", [&] { model.compile({.loss = {"mse", "mse", "mse"}}); });
  expect_refused(Code::value, "Did you mean 'level'", [&] { model.compile({.loss = {{"levle", "mse"}, {"path", "mse"}}}); });
  expect_refused(Code::value, "does not name output 'path'", [&] { model.compile({.loss = {{"level", "mse"}}}); });
  expect_refused(Code::value, "loss_weights", [&] { model.compile({.loss = "mse", .loss_weights = {1.0}}); });
  expect_refused(Code::value, "name them", [&] { model.compile({.loss = "mse", .metrics = {"mae"}}); });
  expect_refused(Code::value, "at least one output", [&] { model.compile({.loss = {LossRef(), LossRef()}}); });
}

TEST(SampleWeight, AlwaysMeansSamplesOrTimeStepsByItsShape) {
  // As many samples as time steps: where Keras takes one number a sample for one a step.
  TestRandom random(2);
  const SymbolicTensor in = Input({5, 2});
  Model model(in, Dense(1)(LSTM(3, {.return_sequences = true})(in)));
  model.compile({.loss = "mse"});
  const Array x = random.array({5, 5, 2}), y = random.array({5, 5, 1});
  const Array w = random.array({5}, 0, 1);
  Array steps(Shape{5, 5});
  for (Index b = 0; b < 5; ++b)
    for (Index t = 0; t < 5; ++t) steps(b, t) = w(b);
  const double of_samples = model.evaluate(x, y, {.sample_weight = w}).at("loss");
  EXPECT_EQ(of_samples, model.evaluate(x, y, {.sample_weight = w.reshape({5, 1})}).at("loss"));
  EXPECT_EQ(of_samples, model.evaluate(x, y, {.sample_weight = steps}).at("loss"));
  for (Index b = 0; b < 5; ++b)
    for (Index t = 0; t < 5; ++t) steps(b, t) = w(t);
  EXPECT_NE(of_samples, model.evaluate(x, y, {.sample_weight = steps}).at("loss"));
  expect_refused(Code::shape, "Nothing is guessed", [&] { model.evaluate(x, y, {.sample_weight = random.array({5, 4})}); });
  Array bad = w;
  bad(3) = std::numeric_limits<real>::infinity();
  expect_refused(Code::value, "sample 3", [&] { model.evaluate(x, y, {.sample_weight = bad}); });
}

TEST(ClassWeight, RefusesWhatIsNoClass) {
  TestRandom random(2);
  Sequential model{LSTM(3, {.input_shape = {5, 2}}), Dense(1)};
  model.compile({.loss = "mse"});
  const Array x = random.array({4, 5, 2}), y = Array({0, 1, 1, 0}).reshape({4, 1});
  model.fit(x, y, {.class_weight = {{0, 0.5}, {1, 2.0}}});
  expect_refused(Code::value, "sample 0 is no class", [&] {
    model.fit(x, random.array({4, 1}, 0.2, 0.8), {.class_weight = {{0, 2.0}}});
  });
  expect_refused(Code::value, "not both", [&] {
    model.fit(x, y, {.class_weight = {{0, 2.0}}, .sample_weight = Array({1, 1, 1, 1})});
  });
  Model two = heads();
  two.compile({.loss = "mse"});
  expect_refused(Code::unsupported, "one output", [&] {
    two.fit(x, {random.array({4, 1}), random.array({4, 5, 2})}, {.class_weight = {{0, 2.0}}});
  });
}

TEST(OnBatch, IsOneStepOfFit) {
  TestRandom random(3);
  Model a = heads(), b = heads();
  b.set_weights(a.get_weights());
  for (Model* m : {&a, &b}) m->compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae", "mae"}});
  const Array x = random.array({6, 5, 2}), w = random.array({6}, 0, 1);
  const std::vector<Array> y{random.array({6, 1}), random.array({6, 5, 2})};
  const Logs tested = a.test_on_batch(x, y, {.sample_weight = w});
  EXPECT_EQ(tested, a.evaluate(x, y, {.sample_weight = w}));
  const Logs trained = a.train_on_batch(x, y, {.sample_weight = w});
  const History history = b.fit(x, y, {.batch_size = 6, .shuffle = false, .sample_weight = w});
  EXPECT_EQ(a.weights_digest(), b.weights_digest());
  for (const auto& [key, value] : trained) EXPECT_EQ(value, history.history.at(key)[0]) << key;
  EXPECT_EQ(a.predict_on_batch(x).size(), 2u);
}

TEST(Fit, AValidationNowAndThen) {
  TestRandom random(4);
  Sequential model{LSTM(3, {.input_shape = {5, 2}}), Dense(1)};
  model.compile({.loss = "mse"});
  const Array x = random.array({8, 5, 2}), y = random.array({8, 1});
  EarlyStopping stop({.patience = 1});
  const History h =
      model.fit(x, y, {.epochs = 5, .callbacks = {stop}, .validation_split = 0.25, .steps_per_epoch = 1, .validation_freq = 2});
  EXPECT_EQ(h.history.at("loss").size(), 5u);
  EXPECT_EQ(h.history.at("val_loss").size(), 2u);
  expect_refused(Code::value, "validation_freq", [&] { model.fit(x, y, {.validation_freq = 0}); });
  expect_refused(Code::value, "steps_per_epoch", [&] { model.fit(x, y, {.steps_per_epoch = 0}); });
}

}  // namespace
}  // namespace rondo
