#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>
#include <thread>

#include "core/random.h"
#include "model/model_state.h"
#include "rondo/core/error.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"
#include "rondo/model/model.h"
#include "rondo/optimizers/adam.h"
#include "rondo/optimizers/sgd.h"
#include "rondo/train/callbacks.h"
#include "support/no_alloc.h"
#include "train/array_source.h"
#include "train/order.h"
#include "train/progress.h"
#include "train/trainer.h"

namespace rondo {
namespace {

Array normal(Shape shape, std::uint64_t stream) {
  Array out(std::move(shape));
  const Random random(99, stream);
  for (Index i = 0; i < out.size(); ++i) out.data()[i] = static_cast<real>(random.normal(static_cast<std::uint64_t>(i)));
  return out;
}

Sequential small_model() {
  set_random_seed(4);
  Sequential model{LSTM(4, {.input_shape = {6, 2}}), Dense(1)};
  return model;
}

std::string message_of(const std::function<void()>& call, Code code) {
  try {
    call();
  } catch (const Error& e) {
    EXPECT_EQ(code_name(e.code()), code_name(code)) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Packed weights are in step with the weights: predicting gives the same bits after every weight was set anew.
void expect_usable(const Model& model, const Array& x) {
  const Array before = model.predict(x);
  Model same = model;
  same.set_weights(model.get_weights());
  const Array after = model.predict(x);
  EXPECT_TRUE(std::equal(before.data(), before.data() + before.size(), after.data()));
  for (const real v : before.values()) EXPECT_TRUE(std::isfinite(v));
}

TEST(Fit, SameBitsOnAnyNumberOfThreads) {
  const Array x = normal({70, 6, 2}, 1), y = normal({70, 1}, 2);
  std::vector<std::uint64_t> digests;
  std::vector<History> histories;
  for (const int threads : {1, 2, 4}) {
    Sequential model = small_model();
    model.compile({.optimizer = Adam({.clipnorm = 1.0}), .loss = "mse", .metrics = {"mae"}});
    histories.push_back(
        model.fit(x, y, {.batch_size = 50, .epochs = 3, .validation_split = 0.2, .seed = 5, .threads = threads}));
    digests.push_back(model.weights_digest());
  }
  EXPECT_EQ(digests[0], digests[1]);
  EXPECT_EQ(digests[0], digests[2]);
  EXPECT_EQ(histories[0].history, histories[2].history);
}

TEST(Fit, TheSeedSetsTheOrder) {
  const Array x = normal({30, 6, 2}, 1), y = normal({30, 1}, 2);
  const auto digest = [&](std::uint64_t seed, bool shuffled) {
    Sequential model = small_model();
    model.compile({.optimizer = "sgd", .loss = "mse"});
    model.fit(x, y, {.batch_size = 8, .epochs = 2, .shuffle = shuffled, .seed = seed, .threads = 1});
    return model.weights_digest();
  };
  EXPECT_EQ(digest(1, true), digest(1, true));
  EXPECT_NE(digest(1, true), digest(2, true));
  EXPECT_NE(digest(1, true), digest(1, false));
}

TEST(Fit, HistoryIsKeyedAndWeightedAsInKeras) {
  const Array x = normal({25, 6, 2}, 1), y = normal({25, 1}, 2);
  Sequential model = small_model();
  // A learning rate of 0: every epoch's mean over batches of 8, 8 and 4 must be the mean over its samples.
  model.compile({.optimizer = SGD({.learning_rate = 0}), .loss = "mse", .metrics = {"mae", "mean_squared_error"}});
  const History history = model.fit(x, y, {.batch_size = 8, .epochs = 2, .validation_split = 0.2});
  std::vector<std::string> keys;
  for (const auto& [key, values] : history.history) {
    keys.push_back(key);
    EXPECT_EQ(values.size(), 2u);
  }
  EXPECT_EQ(keys,
            (std::vector<std::string>{"loss", "mae", "mean_squared_error", "val_loss", "val_mae", "val_mean_squared_error"}));
  EXPECT_EQ(history.epoch, (std::vector<Index>{0, 1}));
  const Logs train = model.evaluate(x.slice(0, 0, 20), y.slice(0, 0, 20)),
             last = model.evaluate(x.slice(0, 20, 25), y.slice(0, 20, 25));
  EXPECT_NEAR(history.history.at("loss")[1], train.at("loss"), 1e-12);  // sums in double, in another order
  EXPECT_NEAR(history.history.at("mae")[1], train.at("mae"), 1e-12);
  EXPECT_NEAR(history.history.at("mean_squared_error")[1], train.at("loss"), 1e-12);
  EXPECT_EQ(history.history.at("val_loss")[1], last.at("loss"));
}

TEST(Fit, GoingOnIsTheSameAsNeverStopping) {
  const Array x = normal({30, 6, 2}, 1), y = normal({30, 1}, 2);
  const auto fresh = [&] {
    Sequential model = small_model();
    model.compile({.optimizer = "adam", .loss = "mse"});
    return model;
  };
  Sequential whole = fresh(), parts = fresh();
  whole.fit(x, y, {.batch_size = 8, .epochs = 4});
  parts.fit(x, y, {.batch_size = 8, .epochs = 2});
  const History rest = parts.fit(x, y, {.batch_size = 8, .epochs = 4, .initial_epoch = 2});
  EXPECT_EQ(rest.epoch, (std::vector<Index>{2, 3}));
  EXPECT_EQ(whole.weights_digest(), parts.weights_digest());
  EXPECT_EQ(whole.optimizer()->iterations, 16);
}

TEST(Fit, TrainOnBatchIsOneStepOfFit) {
  const Array x = normal({8, 6, 2}, 1), y = normal({8, 1}, 2);
  Sequential a = small_model(), b = small_model();
  a.compile({.optimizer = "rmsprop", .loss = "mae"});
  b.compile({.optimizer = "rmsprop", .loss = "mae"});
  const History history = a.fit(x, y, {.epochs = 3, .shuffle = false});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(b.train_on_batch(x, y), history.history.at("loss")[static_cast<std::size_t>(i)]);
  EXPECT_EQ(a.weights_digest(), b.weights_digest());
}

TEST(Fit, WhatIsFrozenStays) {
  const Array y = normal({8, 1}, 2);
  Sequential model{LSTM(4, {.return_sequences = true, .input_shape = {6, 4}}), LSTM(4), Dense(1)};
  const Array wide = normal({8, 6, 4}, 1);
  // Freezing one of two layers of equal sizes after the other: gradients must not be mixed up.
  for (const std::size_t frozen : {std::size_t{0}, std::size_t{1}}) {
    for (std::size_t i = 0; i < 3; ++i) model.layers()[i]->trainable = i != frozen;
    model.compile({.optimizer = "sgd", .loss = "mse"});
    const auto before = model.get_weights();
    model.train_on_batch(wide, y);
    const auto after = model.get_weights();
    for (std::size_t w = 0; w < 6; ++w) {
      const bool same = std::equal(before[w].data(), before[w].data() + before[w].size(), after[w].data());
      EXPECT_EQ(same, w / 3 == frozen) << frozen << " " << w;
    }
  }
}

TEST(Fit, AStepAllocatesNothing) {
  const std::vector<Array> x = {normal({40, 6, 2}, 1)}, y = {normal({40, 1}, 2)};
  for (const int threads : {1, 2}) {
    Sequential model = small_model();
    model.compile({.optimizer = Adam({.amsgrad = true, .weight_decay = 0.01, .global_clipnorm = 0.1, .use_ema = true}),
                   .loss = "mse",
                   .metrics = {"mae"}});
    const ArraySource source(x, y, {Shape{None, 6, 2}}, {Shape{None, 1}});
    ModelState& state = model.internal();
    state.list_weights();
    Trainer trainer(state, source, source.x_shapes(), 32, threads);
    std::vector<Index> order(40);
    NoAlloc count;
    shuffle(order, 1, 0);
    trainer.step(std::span(order).first(32), 0);
    trainer.batch().update_metrics();
    trainer.step(std::span(order).subspan(32), 0);
    trainer.batch().update_metrics();
    trainer.finish();
    EXPECT_EQ(count.everywhere(), 0u) << threads << " threads";
  }
}

TEST(Fit, AStopFlagEndsAfterTheCurrentStep) {
  const Array x = normal({40, 6, 2}, 1), y = normal({40, 1}, 2);
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  std::atomic<bool> stop{false};
  std::uint64_t digest = 0;
  LambdaCallback callback({.on_batch_end = [&](Index batch, const Logs&, Model& m) {
    if (batch == 2) {
      digest = m.weights_digest();
      stop = true;
    }
  }});
  const History history = model.fit(x, y, {.batch_size = 8, .epochs = 5, .callbacks = {callback}, .stop = &stop});
  EXPECT_TRUE(history.interrupted);
  EXPECT_TRUE(history.epoch.empty());
  EXPECT_EQ(model.weights_digest(), digest);
  EXPECT_EQ(model.optimizer()->iterations, 3);
  expect_usable(model, x);
}

TEST(Fit, ACallbackThatThrowsLeavesAUsableModel) {
  const Array x = normal({40, 6, 2}, 1), y = normal({40, 1}, 2);
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  std::uint64_t digest = 0;
  LambdaCallback callback({.on_batch_end = [&](Index batch, const Logs& logs, Model& m) {
    EXPECT_EQ(logs.count("loss"), 1u);
    digest = m.weights_digest();
    if (batch == 1) throw std::runtime_error("enough");
  }});
  EXPECT_THROW(model.fit(x, y, {.batch_size = 8, .epochs = 5, .callbacks = {callback}}), std::runtime_error);
  EXPECT_EQ(model.weights_digest(), digest);
  expect_usable(model, x);
  model.fit(x, y, {.batch_size = 8});
  EXPECT_NE(model.weights_digest(), digest);
}

TEST(NonFinite, InTheDataIsNamedBySampleStepAndFeature) {
  Array x = normal({12, 6, 2}, 1), y = normal({12, 1}, 2);
  x(7, 3, 1) = std::numeric_limits<real>::quiet_NaN();
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  const std::uint64_t before = model.weights_digest();
  const std::string text = message_of([&] { model.fit(x, y); }, Code::non_finite);
  EXPECT_TRUE(has(text, "X, sample 7, time step 3, feature 1")) << text;
  EXPECT_TRUE(has(text, "the loss of training step 1 is not finite")) << text;
  EXPECT_EQ(model.weights_digest(), before);
  EXPECT_EQ(model.optimizer()->iterations, 0);
  expect_usable(model, normal({3, 6, 2}, 4));
}

TEST(NonFinite, AnInfinityThatSaturatesGatesIsNamed) {
  Array x = normal({12, 6, 2}, 1), y = normal({12, 1}, 2);
  x(7, 3, 1) = std::numeric_limits<real>::infinity();
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  const std::uint64_t before = model.weights_digest();
  const std::string text = message_of([&] { model.fit(x, y); }, Code::non_finite);
  EXPECT_TRUE(has(text, "X, sample 7, time step 3, feature 1")) << text;
  EXPECT_EQ(model.weights_digest(), before);
}

TEST(NonFinite, InTheTargetsIsNamed) {
  Array x = normal({12, 6, 2}, 1), y = normal({12, 1}, 2);
  y(5, 0) = std::numeric_limits<real>::infinity();
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  const std::uint64_t before = model.weights_digest();
  const std::string text = message_of([&] { model.fit(x, y); }, Code::non_finite);
  EXPECT_TRUE(has(text, "y, sample 5, feature 0")) << text;
  EXPECT_EQ(model.weights_digest(), before);
}

TEST(NonFinite, InALayerIsNamed) {
  const Array x = normal({12, 6, 2}, 1), y = normal({12, 1}, 2);
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  auto weights = model.get_weights();
  for (real& v : weights[3].values()) v = std::numeric_limits<real>::max();  // the kernel of dense
  for (real& v : weights[4].values()) v = std::numeric_limits<real>::infinity();
  model.set_weights(weights);
  const std::uint64_t before = model.weights_digest();
  const std::string text = message_of([&] { model.fit(x, y, {.shuffle = false}); }, Code::non_finite);
  EXPECT_TRUE(has(text, "layer 'dense', sample 0")) << text;
  EXPECT_EQ(model.weights_digest(), before);
}

TEST(NonFinite, AGradientStopsBeforeTheUpdate) {
  Array x = normal({12, 6, 2}, 1), y = normal({12, 1}, 2);
  // Its square is finite in double, its slope over one sample is not in float32.
  y(9, 0) = std::numeric_limits<float>::max();
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse"});
  const std::uint64_t before = model.weights_digest();
  const std::string text = message_of([&] { model.fit(x.slice(0, 9, 10), y.slice(0, 9, 10)); }, Code::non_finite);
  EXPECT_TRUE(has(text, "a gradient of training step 1 is not finite")) << text;
  EXPECT_TRUE(has(text, "first in: layer 'dense'")) << text;
  EXPECT_EQ(model.weights_digest(), before);
}

TEST(ValidationSplit, TakesTheLastSamplesAsKerasDoes) {
  // floor(N (1 - v)), computed by Python.
  EXPECT_EQ(training_samples(10, 0.25), 7);
  EXPECT_EQ(training_samples(10, 0.2), 8);
  EXPECT_EQ(training_samples(10, 0.3), 7);
  EXPECT_EQ(training_samples(3, 0.1), 2);
  EXPECT_EQ(training_samples(90, 0.3), 62);  // 90 (1 - 0.3) is 62.99999999999999
  EXPECT_EQ(training_samples(10, 0), 10);
  EXPECT_TRUE(has(message_of([] { training_samples(1, 0.5); }, Code::value), "leaves 0 of 1 samples for training"));
  for (const double v : {1.0, -0.1, std::nan("")}) message_of([&] { training_samples(10, v); }, Code::value);
}

TEST(Fit, RefusesWhatItCannotDo) {
  const Array x = normal({12, 6, 2}, 1), y = normal({12, 1}, 2);
  Sequential model = small_model();
  EXPECT_TRUE(has(message_of([&] { model.fit(x, y); }, Code::state), "model.compile("));
  message_of([&] { model.compile({.optimizer = "adam"}); }, Code::value);
  message_of([&] { model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae", "mae"}}); }, Code::value);
  model.compile({.optimizer = "adam", .loss = "mse"});
  message_of([&] { model.fit(x, y, {.batch_size = 0}); }, Code::value);
  message_of([&] { model.fit(x, y.slice(0, 0, 11)); }, Code::shape);
  message_of([&] { model.fit(x, normal({12, 3}, 1)); }, Code::shape);
  const std::vector<Array> xs = {x}, ys = {y};
  const ArraySource source(xs, ys, {Shape{None, 6, 2}}, {Shape{None, 1}});
  message_of([&] { model.fit(source, {.validation_split = 0.5}); }, Code::value);
  for (const LayerRef& layer : model.layers()) layer->trainable = false;
  message_of([&] { model.fit(x, y); }, Code::state);
}

TEST(Fit, TargetsMayLackTheirTrailingOne) {
  const Array x = normal({12, 6, 2}, 1), y = normal({12}, 2);
  Sequential a = small_model(), b = small_model();
  for (Sequential* m : {&a, &b}) m->compile({.optimizer = "adam", .loss = "mse"});
  a.fit(x, y, {.validation_data = ValidationData{x, y}});
  b.fit(x, y.reshape({12, 1}));
  EXPECT_EQ(a.weights_digest(), b.weights_digest());
}

TEST(Fit, ASourceIsAsGoodAsArrays) {
  const std::vector<Array> x = {normal({12, 6, 2}, 1)}, y = {normal({12, 1}, 2)};
  Sequential a = small_model(), b = small_model();
  for (Sequential* m : {&a, &b}) m->compile({.optimizer = "adam", .loss = "mse"});
  const ArraySource source(x, y, {Shape{None, 6, 2}}, {Shape{None, 1}});
  const History one = a.fit(source, {.batch_size = 5, .epochs = 2, .validation_source = &source});
  const History two = b.fit(x[0], y[0], {.batch_size = 5, .epochs = 2, .validation_data = ValidationData{x[0], y[0]}});
  EXPECT_EQ(one.history, two.history);
  EXPECT_EQ(a.weights_digest(), b.weights_digest());
  EXPECT_EQ(a.evaluate(source), b.evaluate(x[0], y[0]));
}

TEST(Fit, SeveralOutputsReportEachLoss) {
  set_random_seed(1);
  const SymbolicTensor in = Input({6, 2});
  const SymbolicTensor h = LSTM(4)(in);
  Model model({in}, {Dense(1, {.name = "level"})(h), Dense(2, {.name = "slope"})(h)});
  const Array x = normal({12, 6, 2}, 1);
  const Arrays y = {normal({12, 1}, 2), normal({12, 2}, 3)};
  model.compile({.optimizer = "adam", .loss = "mse"});
  const Logs logs = model.evaluate(x, y);
  EXPECT_EQ(logs.size(), 3u);
  EXPECT_NEAR(logs.at("loss"), logs.at("level_loss") + logs.at("slope_loss"), 1e-12);
  model.fit(x, y, {.epochs = 2});
  EXPECT_LT(model.evaluate(x, y).at("loss"), logs.at("loss"));
}

TEST(Progress, ATerminalsLineIsRedrawnAndEnded) {
  std::ostringstream out;
  {
    Progress progress(&out, true, 0, 2, 10);
    progress.epoch_begin(0);
    std::this_thread::sleep_for(std::chrono::milliseconds(250));  // redrawn five times a second at most
    progress.batch_end(4, 0.5);
    progress.batch_end(5, 0.4);
    progress.epoch_end({{"loss", 0.25}});
    EXPECT_TRUE(out.str().starts_with("\repoch 1/2  batch 5/10  loss 0.5000"));
    const std::string last = out.str().substr(out.str().rfind('\r'));
    EXPECT_TRUE(last.starts_with("\repoch 1/2  loss 0.2500")) << last;
    EXPECT_TRUE(last.ends_with("\n")) << last;
    progress.epoch_begin(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    progress.batch_end(0, 0.5);
  }
  EXPECT_TRUE(out.str().ends_with("\n"));
  EXPECT_TRUE(has(out.str(), " it/s"));
}

TEST(Progress, OneLineAnEpoch) {
  const Array x = normal({20, 6, 2}, 1), y = normal({20, 1}, 2);
  Sequential model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}});
  std::ostringstream out;
  const History history = model.fit(x, y, {.epochs = 2, .verbose = &out, .validation_split = 0.5});
  char want[200];
  std::string all;
  for (std::size_t e = 0; e < 2; ++e) {
    const auto at = [&](const char* key) { return history.history.at(key)[e]; };
    std::snprintf(want, sizeof want, "epoch %d/2  loss %.4f  val_loss %.4f  mae %.4f  val_mae %.4f\n", static_cast<int>(e) + 1,
                  at("loss"), at("val_loss"), at("mae"), at("val_mae"));
    all += want;
  }
  EXPECT_EQ(out.str(), all);  // two epochs take no second: no rate, no time left
}

}  // namespace
}  // namespace rondo
