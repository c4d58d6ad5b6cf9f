#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "rondo/losses/regression.h"
#include "support/reference.h"

namespace rondo {
namespace {

TEST(Losses, ValuesAndGradientsAreKeras) {
  const auto cases = reference_cases("losses/reference.json");
  ASSERT_GE(cases.size(), 25u);
  for (const auto& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>() + " " + c["shape"].dump() + " mask " + c["mask"].dump());
    const auto y = reals(c["y"]), yhat = reals(c["yhat"]), want = reals(c["gradient"]);
    const auto mask = mask_of(c["mask"]);
    const Shape shape = shape_of(c["shape"]);
    const Index width = shape[-1], rows = shape.elements() / width;
    std::vector<real> d(y.size(), real(7));
    const LossRef loss(c["name"].get<std::string>());
    const double value = compute(*loss, y.data(), yhat.data(), rows, width, mask.empty() ? nullptr : mask.data(), d.data());
    // Keras sums in float32: a few of its last bits.
    const double wanted = c["loss"].get<double>();
    EXPECT_NEAR(value, wanted, 1e-6 * std::abs(wanted));
    EXPECT_EQ(value, compute(*loss, y.data(), yhat.data(), rows, width, mask.empty() ? nullptr : mask.data()));
    // msle: Keras takes the difference of two float32 logarithms, each rounded at 1e-7.
    const double least = c["name"] == "msle" ? 2e-8 : 1e-9;
    for (std::size_t i = 0; i < d.size(); ++i) {
      EXPECT_NEAR(d[i], want[i], 1e-6 * std::abs(want[i]) + least) << i;
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
