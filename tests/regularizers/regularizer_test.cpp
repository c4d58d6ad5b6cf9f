// Regularizers against Keras's: values and gradients.
#include "rondo/regularizers/regularizer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "support/reference.h"

namespace rondo {
namespace {

TEST(Regularizers, ValuesAndGradientsAreKeras) {
  const auto cases = reference_cases("regularizers/reference.json");
  ASSERT_GE(cases.size(), 20u);
  for (const auto& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>() + c["options"].dump() + c["shape"].dump());
    Regularizer regularizer(c["name"].get<std::string>());
    for (const auto& [key, value] : c["options"].items()) {
      regularizer.parameters[key] = value.is_string() ? (value == "rows" ? 0.0 : 1.0) : value.get<double>();
    }
    const auto w = reals(c["w"]), want = reals(c["gradient"]);
    std::vector<real> gradient(w.size(), real(1));
    const Penalty penalty(regularizer, shape_of(c["shape"]));
    const double value = penalty(w.data(), gradient.data()), wanted = c["penalty"].get<double>();
    EXPECT_NEAR(value, wanted, 1e-6 * std::abs(wanted));
    EXPECT_EQ(value, penalty(w.data(), nullptr));
    for (std::size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(gradient[i] - 1, want[i], 4e-7) << i;  // 1 + g in float
  }
}

TEST(Regularizers, WhatDoesNotSuitIsRefused) {
  EXPECT_THROW(check(Regularizer("l3"), {2}), Error);
  EXPECT_THROW(check(L2(-1), {2}), Error);
  EXPECT_THROW(check(L1(std::nan("")), {2}), Error);
  EXPECT_THROW(check(OrthogonalRegularizer(), {2}), Error);
  EXPECT_THROW(OrthogonalRegularizer({.mode = "diagonal"}), Error);
  Regularizer word = OrthogonalRegularizer();
  for (const double number : {2.0, 0.5, -1.0, 1e300}) {
    word.parameters["mode"] = number;
    EXPECT_THROW(check(word, {2, 2}), Error) << number;
  }
  Regularizer unknown = L2();
  unknown.parameters["l1"] = 1;
  EXPECT_THROW(check(unknown, {2}), Error);
}

}  // namespace
}  // namespace rondo
