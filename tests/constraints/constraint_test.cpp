// Constraints against Keras's.
#include "rondo/constraints/constraint.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "support/reference.h"

namespace rondo {
namespace {

TEST(Constraints, ResultsAreKeras) {
  const auto cases = reference_cases("constraints/reference.json");
  ASSERT_GE(cases.size(), 20u);
  for (const auto& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>() + c["options"].dump() + c["shape"].dump());
    Constraint constraint(c["name"].get<std::string>());
    for (const auto& [key, value] : c["options"].items()) {
      if (key != "axis") {
        constraint.parameters[key] = value.get<double>();
      } else {
        constraint.axes = value.is_array() ? value.get<std::vector<Index>>() : std::vector<Index>{value.get<Index>()};
      }
    }
    auto w = reals(c["w"]);
    const auto want = reals(c["result"]);
    Projection(constraint, shape_of(c["shape"]))(w.data());
    // Keras takes the norm and the quotient in float32: a few of its last bits.
    for (std::size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(w[i], want[i], 5e-7 * std::max(real(1), std::abs(want[i]))) << i;
  }
}

TEST(Constraints, WhatDoesNotSuitIsRefused) {
  EXPECT_THROW(check(Constraint("max_nrom"), {2}), Error);
  EXPECT_THROW(check(MaxNorm({.max_value = -1}), {2}), Error);
  EXPECT_THROW(check(UnitNorm({.axis = {1}}), {2}), Error);
  EXPECT_THROW(check(UnitNorm({.axis = {-2}}), {2}), Error);
}

}  // namespace
}  // namespace rondo
