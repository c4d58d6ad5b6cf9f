// SpatialDropout1D and GaussianNoise. That draws depend on nothing but seeds, names and samples: dropout_test.cpp.
#include "rondo/layers/noise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/model/model.h"
#include "support/contract.h"
#include "support/in_training.h"
#include "support/refused.h"

namespace rondo {
namespace {

CONTRACT_CASE("SpatialDropout1D", "plain", [] { return SpatialDropout1D(0.4); }, {{None, 3}});
CONTRACT_CASE("GaussianNoise", "plain", [] { return GaussianNoise(0.3); }, {{None, 3}});

TEST(SpatialDropout1D, DropsWholeFeatures) {
  const Array y = in_training(model_with(SpatialDropout1D(0.5), {4, 50}), ones({6, 4, 50}));
  for (Index t = 1; t < 4; ++t) EXPECT_EQ(y.slice(1, t, t + 1).text(), y.slice(1, 0, 1).text());
  EXPECT_NE(y.slice(0, 0, 1).text(), y.slice(0, 1, 2).text());
  expect_refused(Code::shape, "needs 3", [] { model_with(SpatialDropout1D(0.5), {4}); });
}

TEST(GaussianNoise, HasTheMomentsOfANormal) {
  const double stddev = 0.3;
  const Index n = 40001;  // odd: the last draw of a pair is left over
  const Array y = in_training(model_with(GaussianNoise(stddev), {n}), ones({1, n}));
  double mean = 0, square = 0, fourth = 0;
  for (const real v : y.values()) {
    const double e = (static_cast<double>(v) - 1) / stddev;
    mean += e / n;
    square += e * e / n;
    fourth += e * e * e * e / n;
  }
  // Five standard errors of each moment: 1, sqrt(2), sqrt(96) over the root of n.
  EXPECT_NEAR(mean, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(square, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth, 3, 5 * std::sqrt(96.0 / n));
  EXPECT_EQ(y.text(), in_training(model_with(GaussianNoise(stddev), {n}), ones({1, n})).text());
  EXPECT_NE(y.text(), in_training(model_with(GaussianNoise(stddev, {.seed = 1}), {n}), ones({1, n})).text());
  expect_refused(Code::value, "from 0 to 1", [] { GaussianNoise(1.5); });
}

}  // namespace
}  // namespace rondo
