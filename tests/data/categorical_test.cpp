// to_categorical and normalize against Keras's (categorical_reference.py), and what they refuse.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "rondo/data/normalize.h"
#include "rondo/data/to_categorical.h"
#include "support/refused.h"

namespace rondo {
namespace {

nlohmann::json reference() {
  std::ifstream file(std::string(RONDO_SOURCE_DIR) + "/tests/data/categorical.json");
  return nlohmann::json::parse(file);
}

Array array_of(const nlohmann::json& c, const char* values, const char* shape) {
  std::vector<real> out;
  for (const auto& v : c[values]) out.push_back(static_cast<real>(v.get<double>()));
  return Array(Shape(c[shape].get<std::vector<Index>>()), out);
}

TEST(ToCategorical, IsKeras) {
  for (const auto& c : reference()["to_categorical"]) {
    SCOPED_TRACE(c.dump());
    ToCategoricalOptions options;
    if (c["num_classes"].is_number()) options.num_classes = c["num_classes"].get<Index>();
    const Array got = to_categorical(array_of(c, "x", "shape"), options), want = array_of(c, "y", "out");
    EXPECT_EQ(got.shape(), want.shape());
    EXPECT_EQ(got.text(), want.text());
  }
}

TEST(ToCategorical, WhatIsNoClassIsRefused) {
  const auto refused = [](const std::string& words, const Array& x, const ToCategoricalOptions& options = {}) {
    expect_refused(Code::value, words, [&] { to_categorical(x, options); });
  };
  refused("number 1 is -1", {0, -1});
  refused("number 0 is 0.5", {0.5, 1});
  refused("is nan", {NAN});
  refused("is inf", {INFINITY});
  refused("there is a class 3, and num_classes is 3.\n  classes count from 0: {.num_classes = 4}", {0, 3}, {.num_classes = 3});
  refused("num_classes is a positive number, not 0", {0, 1}, {.num_classes = 0});
  refused("num_classes is a positive number, not -2", {0, 1}, {.num_classes = -2});
  refused("there is no number to tell the classes by", Array(Shape{0}));
  EXPECT_EQ(to_categorical(Array(Shape{0}), {.num_classes = 3}).shape(), (Shape{0, 3}));
  expect_refused(Code::memory, "", [] { to_categorical({0x1p50, 1}); });
  expect_refused(Code::memory, "", [] { to_categorical({0, 1}, {.num_classes = std::numeric_limits<Index>::max()}); });
}

TEST(Normalize, IsKeras) {
  const nlohmann::json all = reference()["normalize"];
  EXPECT_GE(all.size(), 100u);
  for (const auto& c : all) {
    SCOPED_TRACE(c.dump());
    const Array x = array_of(c, "x", "shape"), want = array_of(c, "y", "shape");
    const Array got = normalize(x, {.axis = c["axis"], .order = std::stod(c["order"].get<std::string>())});
    ASSERT_EQ(got.shape(), want.shape());
    // Both compute in double; the reference is read as float32.
    for (Index i = 0; i < got.size(); ++i)
      ASSERT_NEAR(got.data()[i], want.data()[i], 1e-6 * std::max(real(1), std::abs(want.data()[i])));
  }
}

TEST(Normalize, AnAxisOrAnOrderThatIsNoneIsRefused) {
  const Array x = {{3, 4}, {0, 0}};
  expect_refused(Code::shape, "axis 2 of an array of shape (2, 2) does not exist", [&] { normalize(x, {.axis = 2}); });
  expect_refused(Code::shape, "axis -3", [&] { normalize(x, {.axis = -3}); });
  expect_refused(Code::shape, "axis -1 of an array of shape ()", [&] { normalize(Array(Shape{}, 5)); });
  expect_refused(Code::value, "not nan", [&] { normalize(x, {.order = NAN}); });
  EXPECT_EQ(normalize({3, 4}).text(), (Array{0.6, 0.8}).text());
  EXPECT_TRUE(std::isnan(normalize({NAN, 1})(1)));
  EXPECT_EQ(normalize({1e30, 0}).text(), (Array{1, 0}).text());
}

}  // namespace
}  // namespace rondo
