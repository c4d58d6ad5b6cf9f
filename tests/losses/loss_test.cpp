#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "rondo/core/error.h"
#include "rondo/losses/classification.h"
#include "rondo/losses/forecast.h"
#include "rondo/losses/overlap.h"
#include "rondo/losses/regression.h"
#include "support/from_json.h"
#include "support/reference.h"

namespace rondo {
namespace {

TEST(Losses, ValuesAndGradientsAreKeras) {
  const auto cases = reference_cases("losses/reference.json");
  ASSERT_GE(cases.size(), 145u);
  for (const auto& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>() + c["options"].dump() + " " + c["shape"].dump() + " mask " + c["mask"].dump());
    const auto y = reals(c["y"]), yhat = reals(c["yhat"]), want = reals(c["gradient"]);
    const auto mask = mask_of(c["mask"]);
    const Shape shape = shape_of(c["shape"]);
    const Index width = shape[-1], rows = shape.elements() / width;
    std::vector<real> d(yhat.size(), real(7));
    const LossRef loss(c["name"].get<std::string>());
    FromJson options(c["options"]);
    const_cast<Loss&>(*loss).describe(options);
    loss->check();
    loss->check_width(width);
    ASSERT_EQ(static_cast<Index>(y.size()), rows * loss->target_width(width));
    const double value = compute(*loss, y.data(), yhat.data(), rows, width, mask.empty() ? nullptr : mask.data(), d.data());
    // Keras sums in float32: a few of its last bits.
    const double wanted = c["loss"].get<double>();
    // A sum of terms of both signs, or 1 - p of a float32 p near 1, costs Keras some more.
    EXPECT_NEAR(value, wanted, 2e-6 * std::max(0.1, std::abs(wanted)));
    EXPECT_EQ(value, compute(*loss, y.data(), yhat.data(), rows, width, mask.empty() ? nullptr : mask.data()));
    // msle: Keras takes the difference of two float32 logarithms, each rounded at 1e-7.
    // The slopes of focal losses and of softmaxes are differences, too.
    const double least = c["name"] == "msle" ? 2e-8 : 3e-8;
    for (std::size_t i = 0; i < d.size(); ++i) {
      EXPECT_NEAR(d[i], want[i], 4e-6 * std::abs(want[i]) + least) << i;
    }
  }
}

// Every loss under every reduction, masked and weighted; losses of whole sequences, of the batch and along other axes.
TEST(Losses, ReductionsAreKeras) {
  const auto cases = reference_cases("losses/reductions.json");
  ASSERT_GE(cases.size(), 48u);
  for (const auto& c : cases) {
    const auto y = reals(c["y"]), yhat = reals(c["yhat"]);
    const auto weights = c["weights"].is_null() ? std::vector<real>{} : reals(c["weights"]);
    const auto mask = mask_of(c["mask"]);
    const Shape shape = shape_of(c["shape"]);
    for (const auto& [reduction, wanted] : c["reductions"].items()) {
      SCOPED_TRACE(c["name"].get<std::string>() + c["options"].dump() + " " + shape.text() + " " + reduction);
      const LossRef loss(c["name"].get<std::string>());
      auto given = c["options"];
      if (given.contains("axis") && given["axis"].is_number() && loss->target_shape(shape) == shape && c["name"] == "dice") {
        given["axis"] = {given["axis"]};
      }
      FromJson options(given);
      const_cast<Loss&>(*loss).describe(options);
      const_cast<Loss&>(*loss).set_reduction(reduction_of(reduction));
      loss->check();
      loss->check_output(shape);
      const Index targets = static_cast<Index>(y.size()) / shape[0];
      std::vector<double> scratch(loss->scratch(shape, targets) / sizeof(double) + 1);
      std::vector<real> d(yhat.size(), real(7));
      LossBatch batch{y.data(), yhat.data(), shape.sizes(), targets};
      batch.mask = mask.empty() ? nullptr : mask.data();
      batch.weights = weights.empty() ? nullptr : weights.data();
      batch.scratch = scratch.data();
      const double without = loss->batch(batch);
      batch.d = d.data();
      const double value = loss->batch(batch), want = wanted["loss"].get<double>();
      EXPECT_EQ(value, without);
      EXPECT_NEAR(value, want, 3e-6 * std::max(0.1, std::abs(want)));  // Keras sums in float32
      const auto gradient = reals(wanted["gradient"]);
      real top = 0;
      for (const real g : gradient) top = std::max(top, std::abs(g));
      for (std::size_t i = 0; i < d.size(); ++i) EXPECT_NEAR(d[i], gradient[i], 5e-6 * std::max(top, real(0.01))) << i;
      const std::uint8_t* masked = mask.empty() ? nullptr : mask.data();
      const Index rows = static_cast<Index>(mask.size()) / shape[0];
      for (Index i = 0; i < shape[0]; ++i) {
        EXPECT_EQ(loss->bad_targets(y.data() + i * targets, targets, shape.sizes(), masked ? masked + i * rows : nullptr), "");
      }
    }
  }
}

TEST(Losses, AMaskedRowMayHoldAnything) {
  const real nan = std::nanf("");
  const real y[] = {1, nan}, yhat[] = {3, nan};
  const std::uint8_t mask[] = {1, 0};
  real d[2];
  for (const char* name : {"mse", "mae", "huber"}) {
    EXPECT_TRUE(std::isfinite(compute(*LossRef(name), y, yhat, 2, 1, mask, d))) << name;
    EXPECT_EQ(d[1], 0) << name;
  }
  EXPECT_EQ(compute(*LossRef("mse"), y, yhat, 2, 1, mask), 4.0);  // (3 - 1)^2 over one valid row
}

// keras.losses.BinaryCrossentropy of 3.15.1, float32: the upper end of the clip is 1 - 1.19e-7 there.
TEST(Losses, ASureMistakeCostsWhatItCostsInKeras) {
  const auto loss = [](real y, real yhat) { return compute(*LossRef("bce"), &y, &yhat, 1, 1, nullptr); };
  EXPECT_NEAR(loss(0, 1), 15.9423847, 2e-6);
  EXPECT_NEAR(loss(0, real(0.99999994)), 15.9423847, 2e-6);
  EXPECT_NEAR(loss(1, 0), 16.1180954, 2e-6);
}

TEST(Losses, EveryKerasSpellingIsKnown) {
  for (const char* name : {"mse", "MSE", "mean_squared_error", "MeanSquaredError"}) {
    EXPECT_EQ(LossRef(name)->class_name(), "MeanSquaredError");
    EXPECT_EQ(LossRef(name)->key(), "mse");
  }
  for (const char* name : {"mae", "MAE", "mean_absolute_error", "MeanAbsoluteError"}) {
    EXPECT_EQ(LossRef(name)->class_name(), "MeanAbsoluteError");
  }
  EXPECT_EQ(LossRef(MeanSquaredError())->key(), "mse");
}

TEST(Losses, WeightsMultiplyRowsAndNotTheirNumber) {
  const real y[] = {0, 0, 0}, yhat[] = {1, 2, 3}, weights[] = {2, 0, 1};
  const std::uint8_t mask[] = {1, 1, 0};
  real d[3];
  EXPECT_DOUBLE_EQ(compute(*LossRef("mse"), y, yhat, 3, 1, nullptr, d, weights), (2 * 1 + 0 * 4 + 1 * 9) / 3.0);
  EXPECT_NEAR(d[0], 2 * 2 * 1 / 3.0, 1e-6);
  EXPECT_EQ(d[1], 0);
  EXPECT_DOUBLE_EQ(compute(*LossRef("mse"), y, yhat, 3, 1, mask, d, weights), 2 * 1 / 2.0);
}

// scipy.stats.norm: -logpdf(y, m, sigma); for CRPS the integral of (cdf - [x >= y])^2 by Simpson's rule, cut in two at y, where
// the integrand jumps. float holds the inputs to 6e-8.
TEST(Losses, GaussianLossesAreScipys) {
  const real y[] = {real(0.3), real(-1.2)}, yhat[] = {real(1.1), real(-1), real(0.4), real(-1.5)};  // means, log variances
  EXPECT_NEAR(compute(*GaussianNegativeLogLikelihood(), y, yhat, 1, 4, nullptr), 0.796006657, 1e-7);
  EXPECT_NEAR(compute(*LossRef("crps"), y, yhat, 1, 4, nullptr), 0.315494168, 1e-7);
}

// sklearn.metrics.mean_pinball_loss, quantile by quantile.
TEST(Losses, PinballIsScikitLearns) {
  const LossRef loss = Pinball({.quantiles = {0.1, 0.5, 0.9}});
  const real y[] = {1, -2, real(0.5), 3}, yhat[] = {0, -3, real(0.5), -1, 2, 0, 1, 2, real(0.25), 3, 4, 5};
  EXPECT_EQ(loss->target_width(6), 2);
  // Two rows of two targets and three quantiles.
  EXPECT_NEAR(compute(*loss, y, yhat, 2, 6, nullptr), 0.206250000, 1e-7);
}

TEST(Losses, MaseAndSmapeAgainstTheirDefinitions) {
  const std::vector<real> series = {1, 3, 2, 6, 5};
  EXPECT_DOUBLE_EQ(naive_scale(series), (2 + 1 + 4 + 1) / 4.0);
  EXPECT_DOUBLE_EQ(naive_scale(series, 2), (1 + 3 + 3) / 3.0);
  EXPECT_THROW(naive_scale(series, 5), Error);
  const real y[] = {1, 2}, yhat[] = {2, real(0.5)};
  EXPECT_DOUBLE_EQ(compute(*MASE({.scale = 2.0}), y, yhat, 2, 1, nullptr), (1 + 1.5) / 2 / 2.0);
  EXPECT_NEAR(compute(*SMAPE(), y, yhat, 2, 1, nullptr), (200 * 1 / 3.0 + 200 * 1.5 / 2.5) / 2, 1e-12);
}

TEST(Losses, OptionsAndWidthsOutOfRangeAreRefused) {
  EXPECT_THROW(Pinball({.quantiles = {}}), Error);
  EXPECT_THROW(Pinball({.quantiles = {1.5}}), Error);
  EXPECT_THROW(MASE({.scale = 0}), Error);
  EXPECT_THROW(BinaryCrossentropy({.label_smoothing = 2}), Error);
  EXPECT_THROW(Huber({.delta = -1}), Error);
  EXPECT_THROW(LossRef("categorical_crossentropy")->check_width(1), Error);
  EXPECT_THROW(LossRef("crps")->check_width(3), Error);
  const LossRef sparse("sparse_categorical_crossentropy");
  EXPECT_EQ(sparse->bad_target(2, 3), "");
  for (const double bad : {3.0, -1.0, 0.5}) EXPECT_NE(sparse->bad_target(static_cast<real>(bad), 3), "");
}

TEST(Losses, ReductionsHaveNames) {
  for (const char* name : {"sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"}) {
    EXPECT_EQ(name_of(MeanSquaredError({.reduction = name})->reduction()), name);
  }
  EXPECT_EQ(LossRef("mse")->reduction(), Reduction::sum_over_batch_size);
  try {
    Huber({.reduction = "sum_over_batchsize"});
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("Did you mean 'sum_over_batch_size'"), std::string::npos) << e.what();
  }
}

// What CTC, Circle and the losses with an axis cannot work with.
TEST(Losses, WholeBatchesOutOfRangeAreRefused) {
  const CTC ctc;
  const Index sizes[] = {1, 4, 3};
  const auto label = [&](std::vector<real> y, const std::uint8_t* mask = nullptr) {
    return ctc->bad_targets(y.data(), static_cast<Index>(y.size()), sizes, mask);
  };
  EXPECT_EQ(label({1, 2, 0}), "");
  EXPECT_EQ(label({1, 1, 2}), "");  // 3 classes and a pause
  EXPECT_EQ(label({0, 0, 0}), "");
  const real nan = std::nanf("");
  for (const auto& y : {std::vector<real>{1, 0, 2}, {3, 0, 0}, {-1, 0, 0}, {real(0.5), 0, 0}, {nan, 0, 0}, {1, 1, 1}})
    EXPECT_NE(label(y), "");
  const std::uint8_t two[] = {1, 0, 0, 1}, none[] = {0, 0, 0, 0};
  EXPECT_EQ(label({1, 2, 0}, two), "");
  EXPECT_NE(label({1, 1, 0}, two), "");
  EXPECT_EQ(label({1, 1, 1}, none), "");
  EXPECT_THROW(ctc->check_output({2, 3}), Error);
  EXPECT_THROW(ctc->check_output({2, 3, 1}), Error);
  EXPECT_THROW(Circle()->check_output({2, 3, 4}), Error);
  EXPECT_NE(Circle()->bad_target(real(0.5), 3), "");
  EXPECT_THROW(Circle({.gamma = -1}), Error);
  EXPECT_THROW(CategoricalGeneralizedCrossEntropy({.q = 1}), Error);
  EXPECT_NE(CategoricalGeneralizedCrossEntropy()->bad_target(4, 4), "");
  EXPECT_THROW(Dice({.axis = {3}})->check_output({2, 3, 4}), Error);
  EXPECT_THROW(Tversky({.alpha = -1}), Error);
  for (const Index axis : {0, -3, 3}) EXPECT_THROW(BinaryCrossentropy({.axis = axis})->check_output({2, 3, 4}), Error) << axis;
  EXPECT_NO_THROW(BinaryCrossentropy({.axis = 2})->check_masked({2, 3, 4}));
  EXPECT_THROW(BinaryCrossentropy({.axis = 1})->check_masked({2, 3, 4}), Error);
  EXPECT_THROW(CategoricalCrossentropy({.label_smoothing = 0.1, .axis = 1})->check_output({2, 3, 4}), Error);
  EXPECT_EQ(SparseCategoricalCrossentropy({.axis = 1})->target_shape({2, 3, 4}), (Shape{2, 4}));
}

// A masked time step is not there: the loss and its gradient are the shorter sequence's, and what stands there may be NaN.
TEST(Losses, MaskedIsShorter) {
  const real nan = std::nanf(""), y[] = {1, 2};
  const real whole[] = {nan, nan, nan, 1, -1, real(0.5), 0, 1, 2, nan, nan, nan, real(0.3), 0, 1},
             cut[] = {1, -1, real(0.5), 0, 1, 2, real(0.3), 0, 1};
  const std::uint8_t mask[] = {0, 1, 1, 0, 1};
  const Index with[] = {1, 5, 3}, without[] = {1, 3, 3};
  const CTC loss;
  std::vector<double> scratch(1000);
  std::vector<real> d(15, 9), e(9, 9);
  LossBatch a{y, whole, with, 2, mask, nullptr, d.data()}, b{y, cut, without, 2, nullptr, nullptr, e.data()};
  a.scratch = b.scratch = scratch.data();
  EXPECT_EQ(loss->batch(a), loss->batch(b));
  const std::vector<real> shorter{d[3], d[4], d[5], d[6], d[7], d[8], d[12], d[13], d[14]};
  EXPECT_EQ(shorter, e);
  EXPECT_EQ(d[0], 0);
  const std::uint8_t none[] = {0, 0, 0, 0, 0};
  a.mask = none;
  EXPECT_EQ(loss->batch(a), 0);
  EXPECT_EQ(d, std::vector<real>(15, 0));
}

TEST(Losses, AnUnknownNameIsRefusedWithTheNearest) {
  try {
    LossRef("mean_square_error");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::unsupported);
    EXPECT_NE(std::string(e.what()).find("mean_squared_error"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace rondo
