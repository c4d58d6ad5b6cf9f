// Learning rate schedules against Keras's, and what an optimizer makes of one.
#include "rondo/optimizers/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "rondo/optimizers/adam.h"
#include "rondo/optimizers/sgd.h"
#include "support/from_json.h"
#include "support/reference.h"

namespace rondo {
namespace {

TEST(Schedules, EveryStepIsKeras) {
  const auto cases = reference_cases("optimizers/schedules.json");
  ASSERT_GE(cases.size(), 12u);
  for (const auto& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>() + c["options"].dump());
    const auto schedule = make_schedule(c["name"]);
    FromJson reader(c["options"]);
    schedule->describe(reader);
    schedule->check();
    for (std::size_t step = 0; step < c["rates"].size(); ++step) {
      // Keras computes in float32; a cosine loses some more near its end.
      EXPECT_NEAR(schedule->at(static_cast<Index>(step)), c["rates"][step].get<double>(), 3e-8) << "step " << step;
    }
    EXPECT_EQ(reader.keys, c["config"].get<std::vector<std::string>>());
  }
}

TEST(Schedules, AnOptimizerTakesTheRateOfEachStep) {
  const LearningRate rate = PiecewiseConstantDecay({.boundaries = {1}, .values = {0.5, 0.25}});
  OptimizerRef sgd = SGD({.learning_rate = rate});
  const std::vector<Shape> shapes = {{1}};
  sgd->bind(shapes);
  real w = 0;
  real* weights[] = {&w};
  const Index sizes[] = {1};
  std::vector<double> moved;
  for (int step = 0; step < 4; ++step) {
    real g = 1;
    real* gradients[] = {&g};
    const real before = w;
    sgd->apply(weights, gradients, sizes);
    moved.push_back(static_cast<double>(before - w));
  }
  EXPECT_EQ(moved, (std::vector<double>{0.5, 0.5, 0.25, 0.25}));
  EXPECT_EQ(sgd->learning_rate, 0.25);
  sgd->set_learning_rate(0.125);
  EXPECT_EQ(sgd->schedule, nullptr);
}

TEST(Schedules, OptionsOutOfRangeAreRefused) {
  EXPECT_THROW(ExponentialDecay({.decay_steps = 0}), Error);
  EXPECT_THROW(PiecewiseConstantDecay({.boundaries = {1, 2}, .values = {1, 2}}), Error);
  EXPECT_THROW(PiecewiseConstantDecay({.boundaries = {2, 1}, .values = {1, 2, 3}}), Error);
  EXPECT_THROW(CosineDecayRestarts({.t_mul = 0.5}), Error);
  EXPECT_THROW(CosineDecay({.warmup_steps = -1}), Error);
  EXPECT_THROW(InverseTimeDecay({.initial_learning_rate = std::nan("")}), Error);
  EXPECT_THROW(make_schedule("CosineDecai"), Error);
}

// What would give a rate below 0 somewhere, or none at all. Keras trains with it.
TEST(Schedules, RatesBelowZeroAreRefused) {
  const auto refused = [](const std::string& who, const auto& act) {
    try {
      act();
      ADD_FAILURE() << who;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::value);
      EXPECT_EQ(std::string(e.what()).find(who + " must be a number from 0 on, got "), 0u) << e.what();
    }
  };
  for (const double bad : {-1.0, std::nan(""), HUGE_VAL}) {
    refused("ExponentialDecay: initial_learning_rate", [&] { ExponentialDecay({.initial_learning_rate = bad}); });
    refused("ExponentialDecay: decay_rate", [&] { ExponentialDecay({.decay_rate = bad}); });
    refused("InverseTimeDecay: initial_learning_rate", [&] { InverseTimeDecay({.initial_learning_rate = bad}); });
    refused("InverseTimeDecay: decay_rate", [&] { InverseTimeDecay({.decay_rate = bad}); });
    refused("PiecewiseConstantDecay: values", [&] { PiecewiseConstantDecay({.boundaries = {2}, .values = {0.1, bad}}); });
    refused("PolynomialDecay: initial_learning_rate", [&] { PolynomialDecay({.initial_learning_rate = bad}); });
    refused("PolynomialDecay: end_learning_rate", [&] { PolynomialDecay({.end_learning_rate = bad}); });
    refused("PolynomialDecay: power", [&] { PolynomialDecay({.power = bad}); });
    refused("CosineDecay: initial_learning_rate", [&] { CosineDecay({.initial_learning_rate = bad}); });
    refused("CosineDecay: alpha", [&] { CosineDecay({.alpha = bad}); });
    refused("CosineDecay: warmup_target", [&] { CosineDecay({.warmup_target = bad}); });
    refused("CosineDecayRestarts: initial_learning_rate", [&] { CosineDecayRestarts({.initial_learning_rate = bad}); });
    refused("CosineDecayRestarts: m_mul", [&] { CosineDecayRestarts({.m_mul = bad}); });
    refused("CosineDecayRestarts: alpha", [&] { CosineDecayRestarts({.alpha = bad}); });
  }
}

}  // namespace
}  // namespace rondo
