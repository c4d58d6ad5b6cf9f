#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "rondo/core/error.h"
#include "rondo/losses/classification.h"
#include "rondo/losses/forecast.h"
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

// scipy.stats.norm: -logpdf(y, m, sigma); for CRPS the integral of (cdf - [x >= y])^2 by scipy.integrate.quad.
TEST(Losses, GaussianLossesAreScipys) {
  const real y[] = {real(0.3), real(-1.2)}, yhat[] = {real(1.1), real(-1), real(0.4), real(-1.5)};  // means, log variances
  EXPECT_NEAR(compute(*GaussianNegativeLogLikelihood(), y, yhat, 1, 4, nullptr), 0.796006657, 1e-7);
  EXPECT_NEAR(compute(*LossRef("crps"), y, yhat, 1, 4, nullptr), 0.315498, 5e-6);
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
