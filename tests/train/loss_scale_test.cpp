// LossScaleOptimizer: which steps are skipped and what the scale does; its numbers against Keras are the cases loss_scale_* of
// fit_golden_test.cpp, the files are opened by Keras in tests/golden/opens_in_keras.py.
#include "rondo/optimizers/loss_scale_optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/interop/keras.h"
#include "rondo/layers/dense.h"
#include "rondo/optimizers/adam.h"
#include "rondo/optimizers/sgd.h"
#include "rondo/train/callbacks.h"
#include "support/refused.h"

namespace rondo {
namespace {

struct One {  // w, moved by SGD from gradients that are given
  OptimizerRef optimizer;
  std::vector<real> w = {0, 0};
  One(const LossScaleOptions& options) : optimizer(LossScaleOptimizer(SGD({.learning_rate = 1}), options)) {
    optimizer->bind(std::vector<Shape>{{2}});
  }
  bool step(real g) {
    std::vector<real> gradient = {g, 0};
    real *at[] = {w.data()}, *gradients[] = {gradient.data()};
    const Index sizes[] = {2};
    if (!optimizer->admit(gradients, sizes)) return false;
    optimizer->apply(at, gradients, sizes);
    return true;
  }
  float scale() const { return optimizer->loss_scale->scale; }
};

TEST(LossScale, DoublesAfterFiniteStepsAndHalvesAtASkippedOne) {
  One one({.initial_scale = 0x1p100, .dynamic_growth_steps = 2});
  EXPECT_TRUE(one.step(1));
  EXPECT_EQ(one.scale(), 0x1p100f);
  EXPECT_TRUE(one.step(1));
  EXPECT_EQ(one.scale(), 0x1p101f);
  EXPECT_TRUE(one.step(1));
  EXPECT_FALSE(one.step(0x1p27f));  // 2^128 is no float32
  EXPECT_EQ(one.scale(), 0x1p100f);
  EXPECT_EQ(one.optimizer->loss_scale->steps, 0);
  EXPECT_TRUE(one.step(0x1p26f));
  EXPECT_FALSE(one.step(-INFINITY));
  EXPECT_FALSE(one.step(NAN));
  EXPECT_EQ(one.scale(), 0x1p98f);
  EXPECT_EQ(one.optimizer->iterations, 4);
  EXPECT_EQ(one.w[0], -(3 + 0x1p26f));
}

TEST(LossScale, ItsScaleStaysANumber) {
  One one({.initial_scale = 0x1p126, .dynamic_growth_steps = 1});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(one.step(real(0.5)));
  EXPECT_EQ(one.scale(), 0x1p127f);  // Keras's is infinite by now, and every later step is skipped
}

Sequential model_with(const OptimizerRef& optimizer) {
  set_random_seed(0);
  Sequential model({Dense(2, {.input_shape = {3}}), Dense(1)});
  model.compile({.optimizer = optimizer, .loss = "mse"});
  return model;
}

const Array x = Array{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}.reshape(4, 3), y = Array{1, 2, 3, 4}.reshape(4, 1);

TEST(LossScale, WithoutOverflowItIsTheInnerOptimizer) {
  Sequential plain = model_with("adam"), scaled = model_with(LossScaleOptimizer("adam", {.dynamic_growth_steps = 3}));
  EXPECT_EQ(scaled.optimizer()->class_name(), "Adam");
  const FitOptions options{.batch_size = 2, .epochs = 5};
  EXPECT_EQ(plain.fit(x, y, options).history.at("loss"), scaled.fit(x, y, options).history.at("loss"));
  EXPECT_EQ(plain.weights_digest(), scaled.weights_digest());
  EXPECT_EQ(scaled.optimizer()->loss_scale->scale, 0x1p18f);  // ten steps
}

TEST(LossScale, AFileGivesItBack) {
  Sequential model =
      model_with(LossScaleOptimizer(Adam({.learning_rate = 0.25}), {.initial_scale = 64, .dynamic_growth_steps = 3}));
  for (const bool trained : {false, true}) {
    if (trained) model.fit(x, y, {.batch_size = 2, .epochs = 2});
    LoadReport report;
    Model again = load_model(save_model(model), {.report = &report});
    for (const std::string& note : report.notes) ADD_FAILURE() << note;
    const auto &was = *model.optimizer()->loss_scale, &is = *again.optimizer()->loss_scale;
    EXPECT_EQ(std::tuple(is.initial_scale, is.dynamic_growth_steps, is.scale, is.steps),
              std::tuple(was.initial_scale, was.dynamic_growth_steps, was.scale, was.steps));
    if (trained) {
      EXPECT_EQ(std::tuple(is.scale, is.steps), std::tuple(128.0f, Index{1}));
      EXPECT_EQ(again.optimizer()->iterations, 4);
      again.fit(x, y, {.batch_size = 2});
      model.fit(x, y, {.batch_size = 2});
      EXPECT_EQ(again.weights_digest(), model.weights_digest());
    }
  }
}

TEST(LossScale, WeightsOfAnotherKindOfOptimizerSayWhy) {
  for (const bool in_file : {false, true}) {
    const auto make = [](bool scaled) { return scaled ? OptimizerRef(LossScaleOptimizer("sgd")) : OptimizerRef("sgd"); };
    Sequential from = model_with(make(in_file)), to = model_with(make(!in_file));
    from.fit(x, y, {.epochs = 2});
    std::vector<std::string> notes;
    load_weights(to, save_weights(from), {.notes = &notes});
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_NE(notes[0].find(in_file ? "is wrapped in a LossScaleOptimizer in the file, and not in this model"
                                    : "is not wrapped in a LossScaleOptimizer in the file, and in this model"),
              std::string::npos)
        << notes[0];
    EXPECT_EQ(to.optimizer()->iterations, 0);
    EXPECT_EQ(to.weights_digest(), from.weights_digest());
  }
}

// A loss is no gradient: it is not scaled here, and no smaller scale would mend it.
TEST(LossScale, WhatNoScaleMendsIsAnError) {
  Sequential model = model_with(LossScaleOptimizer("sgd"));
  Array bad = y;
  bad(1, 0) = NAN;
  expect_refused(Code::non_finite, "the targets hold a NaN", [&] { model.fit(x, bad); });
}

TEST(LossScale, OptionsOutOfRangeAreRefused) {
  for (const double scale : {0.0, -1.0, 1e39, 1e-50, std::nan("")})
    expect_refused(Code::value, "initial_scale must be a positive number",
                   [&] { LossScaleOptimizer("sgd", {.initial_scale = scale}); });
  for (const Index steps : {Index{0}, Index{-1}, Index{1} << 31})
    expect_refused(Code::value, "dynamic_growth_steps must be a whole number from 1",
                   [&] { LossScaleOptimizer("sgd", {.dynamic_growth_steps = steps}); });
  expect_refused(Code::value, "this Adam is wrapped in a LossScaleOptimizer already", [] {
    const OptimizerRef once = LossScaleOptimizer("adam");
    LossScaleOptimizer{once};
  });
  expect_refused(Code::value, "needs an optimizer to wrap", [] { LossScaleOptimizer(OptimizerRef{}); });
  expect_refused(Code::value, "LossScaleOptimizer wraps another optimizer", [] { OptimizerRef("LossScaleOptimizer"); });
  EXPECT_FALSE(LossScaleOptimizer(SGD({.loss_scale_factor = 8}))->common.loss_scale_factor);  // as in Keras
}

}  // namespace
}  // namespace rondo
