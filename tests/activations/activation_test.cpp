// Every activation against its formula in double with libm, on every instruction set; and its slope against central differences
// of that formula.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "kernels/kernels.h"
#include "rondo/activations/activation.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

using F = std::function<double(double)>;

double relu6(double x) { return std::min(std::max(x, 0.0), 6.0); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Keras 3's definitions (keras/src/activations/activations.py).
const std::map<std::string, F> formulas = {
    {"linear", [](double x) { return x; }},
    {"relu", [](double x) { return std::max(x, 0.0); }},
    {"leaky_relu", [](double x) { return x < 0 ? 0.2 * x : x; }},
    {"relu6", relu6},
    {"elu", [](double x) { return x < 0 ? std::expm1(x) : x; }},
    {"selu", [](double x) { return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * std::expm1(x) : x); }},
    {"softplus", softplus},
    {"softsign", [](double x) { return x / (1 + std::abs(x)); }},
    {"silu", [](double x) { return x * sigmoid(x); }},
    {"swish", [](double x) { return x * sigmoid(x); }},
    {"tanh", [](double x) { return std::tanh(x); }},
    {"sigmoid", sigmoid},
    {"exponential", [](double x) { return std::exp(x); }},
    {"hard_sigmoid", [](double x) { return relu6(x + 3) / 6; }},
    {"hard_tanh", [](double x) { return std::min(std::max(x, -1.0), 1.0); }},
    {"hard_silu", [](double x) { return x * relu6(x + 3) / 6; }},
    {"hard_swish", [](double x) { return x * relu6(x + 3) / 6; }},
    {"gelu", [](double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); }},
    {"log_sigmoid", [](double x) { return -softplus(-x); }},
    {"mish", [](double x) { return x * std::tanh(softplus(x)); }},
    {"celu", [](double x) { return x < 0 ? std::expm1(x) : x; }},
    {"tanh_shrink", [](double x) { return x - std::tanh(x); }},
    {"soft_shrink", [](double x) { return x > 0.5    ? x - 0.5
                                          : x < -0.5 ? x + 0.5
                                                     : 0.0; }},
    {"hard_shrink", [](double x) { return std::abs(x) > 0.5 ? x : 0.0; }},
    {"squareplus", [](double x) { return (x + std::sqrt(x * x + 4)) / 2; }},
    {"sparse_plus", [](double x) { return x <= -1  ? 0.0
                                          : x >= 1 ? x
                                                   : (x + 1) * (x + 1) / 4; }},
    {"sparse_sigmoid", [](double x) { return std::min(std::max((x + 1) / 2, 0.0), 1.0); }},
};

std::vector<real> points() {
  std::vector<real> x;
  for (int i = -1203; i <= 1203; ++i) x.push_back(real(i) * real(0.01001));
  return x;
}

class OnEveryIsa : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    before_ = kernels().isa;
    force_isa(GetParam());
  }
  void TearDown() override { force_isa(before_); }
  std::string before_;
};

TEST_P(OnEveryIsa, ValuesEqualTheFormula) {
  for (const auto& [name, formula] : formulas) {
    const ActivationFunction& f = activation_function(name);
    const auto x = points();
    std::vector<real> y(x.size());
    f.forward(x.data(), y.data(), 1, static_cast<Index>(x.size()));
    // A few roundings of float32 relative to the value, or to 1 where elu and selu subtract it.
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double expected = formula(x[i]);
      ASSERT_NEAR(y[i], expected, 6e-7 * std::max(std::abs(expected), 0.5)) << name << "(" << x[i] << ")";
    }
  }
}

TEST_P(OnEveryIsa, SlopesEqualCentralDifferences) {
  for (const auto& [name, formula] : formulas) {
    const ActivationFunction& f = activation_function(name);
    const auto x = points();
    const std::vector<real> dy(x.size(), real(1));
    std::vector<real> y(x.size()), dx(x.size());
    f.forward(x.data(), y.data(), 1, static_cast<Index>(x.size()));
    f.backward(f.from_output ? nullptr : x.data(), y.data(), dy.data(), dx.data(), 1, static_cast<Index>(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double h = 1e-6, at = x[i];
      const double left = (formula(at) - formula(at - h)) / h, right = (formula(at + h) - formula(at)) / h;
      if (std::abs(left - right) > 1e-3) continue;  // a corner
      const double slope = (formula(at + h) - formula(at - h)) / (2 * h);
      // float32's rounding, a step where the second derivative jumps (softsign at 0), and what mish and silu multiply by x.
      ASSERT_NEAR(dx[i], slope, 3e-6 * std::max({std::abs(slope), 1.0, std::abs(at) / 2})) << name << "'(" << at << ")";
    }
  }
}

TEST_P(OnEveryIsa, ExtremesSaturateAndNaNGoesThrough) {
  const real infinity = std::numeric_limits<real>::infinity(), nan = std::numeric_limits<real>::quiet_NaN();
  const std::vector<real> x = {-infinity, real(-100), real(-0.0), real(1e-30), 100, infinity, nan};
  std::vector<real> y(x.size());
  const auto run = [&](const char* name) {
    activation_function(name).forward(x.data(), y.data(), 1, static_cast<Index>(x.size()));
  };
  run("tanh");
  EXPECT_NEAR(y[0], -1, 1e-7);  // one rounding below 1 where multiply-adds round twice
  EXPECT_NEAR(y[1], -1, 1e-7);
  EXPECT_EQ(y[2], 0);
  EXPECT_NEAR(y[3], 1e-30, 1e-36);
  EXPECT_NEAR(y[4], 1, 1e-7);
  EXPECT_NEAR(y[5], 1, 1e-7);
  for (int i = 0; i < 6; ++i) EXPECT_LE(std::abs(y[i]), 1);
  EXPECT_TRUE(std::isnan(y[6]));
  run("sigmoid");
  EXPECT_NEAR(y[0], 0, 2e-38);
  EXPECT_EQ(y[2], real(0.5));
  EXPECT_EQ(y[5], 1);
  EXPECT_TRUE(std::isnan(y[6]));
  run("exponential");
  EXPECT_EQ(y[5], infinity);
  EXPECT_EQ(y[4], infinity);
  EXPECT_TRUE(std::isnan(y[6]));
  run("relu");
  EXPECT_TRUE(std::isnan(y[6]));
}

std::vector<std::string> names() {
  const auto known = isas();
  return {known.begin(), known.end()};
}
INSTANTIATE_TEST_SUITE_P(Isas, OnEveryIsa, testing::ValuesIn(names()), [](const auto& isa) { return isa.param; });

TEST(Activations, EveryElementwiseNameHasItsFormula) {
  // The others look at rows: below, and against Keras in tests/golden.
  for (const std::string& name : activation_names())
    EXPECT_TRUE(name.ends_with("softmax") || name == "sparsemax" || name == "glu" || formulas.contains(name)) << name;
}

// a sigmoid(b) of the halves [a b] of a row; in place too.
TEST(Activations, GluHalvesARow) {
  const ActivationFunction& f = activation_function("glu");
  EXPECT_EQ(f.width_out(4), 2);
  std::vector<real> x = {2, -1, 0, 1, 3, 4, real(-0.5), 100}, y(4), dx(8);
  const std::vector<real> dy = {1, 2, -1, real(0.5)};
  f.forward(x.data(), y.data(), 2, 4);
  f.backward(x.data(), y.data(), dy.data(), dx.data(), 2, 4);
  for (std::size_t r = 0; r < 2; ++r)
    for (std::size_t i = 0; i < 2; ++i) {
      const double a = double(x[4 * r + i]), s = 1 / (1 + std::exp(-double(x[4 * r + 2 + i]))), d = double(dy[2 * r + i]);
      EXPECT_NEAR(y[2 * r + i], a * s, 1e-6);
      EXPECT_NEAR(dx[4 * r + i], d * s, 1e-6);
      EXPECT_NEAR(dx[4 * r + 2 + i], d * a * s * (1 - s), 1e-6);
    }
  f.forward(x.data(), x.data(), 2, 4);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(x[i], y[i]);
}

TEST(Activations, SoftmaxOfRowsAndItsGradient) {
  const std::vector<real> x = {1, 2, 3, real(0.5), real(0.5), 1000}, dy = {1, real(-0.5), real(0.25), 1, 2, 3};
  std::vector<real> y(6), dx(6);
  const ActivationFunction& f = activation_function("softmax");
  f.forward(x.data(), y.data(), 2, 3);
  f.backward(nullptr, y.data(), dy.data(), dx.data(), 2, 3);
  for (int r = 0; r < 2; ++r) {
    double sum = 0, dot = 0;
    for (int i = 0; i < 3; ++i) sum += std::exp(double(x[3 * r + i]) - x[3 * r + 2]);
    for (int i = 0; i < 3; ++i) dot += double(dy[3 * r + i]) * std::exp(double(x[3 * r + i]) - x[3 * r + 2]) / sum;
    for (int i = 0; i < 3; ++i) {
      const double p = std::exp(double(x[3 * r + i]) - x[3 * r + 2]) / sum;
      EXPECT_NEAR(y[3 * r + i], p, 2e-7);
      EXPECT_NEAR(dx[3 * r + i], p * (dy[3 * r + i] - dot), 4e-7);
    }
  }
}

// The gradient of functions of a row against central differences of their own values (in float: a step of 1e-2, errors of
// 1e-4).
TEST(Activations, GradientsOfFunctionsOfARow) {
  for (const char* name : {"softmax", "log_softmax", "sparsemax"}) {
    const ActivationFunction& f = activation_function(name);
    std::vector<real> x = {real(0.3), real(0.1), real(-0.4), real(0.25), real(0.9), real(0.2), real(0.45), real(-2)};
    const std::vector<real> dy = {1, real(-0.5), real(0.25), real(0.7), 2, real(0.1), real(-0.3), 1};
    std::vector<real> y(8), dx(8);
    f.forward(x.data(), y.data(), 2, 4);
    f.backward(x.data(), y.data(), dy.data(), dx.data(), 2, 4);
    const auto value = [&] {
      std::vector<real> out(8);
      f.forward(x.data(), out.data(), 2, 4);
      double sum = 0;
      for (std::size_t i = 0; i < 8; ++i) sum += static_cast<double>(out[i]) * static_cast<double>(dy[i]);
      return sum;
    };
    for (std::size_t i = 0; i < 8; ++i) {
      const real old = x[i], h = real(0.01);
      x[i] = old + h;
      const double up = value();
      x[i] = old - h;
      const double slope = (up - value()) / (2 * static_cast<double>(h));
      x[i] = old;
      EXPECT_NEAR(dx[i], slope, 2e-4) << name << " " << i;
    }
  }
}

TEST(Activations, AMisspeltNameIsCorrected) {
  try {
    activation_function("tnah");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()).rfind("unknown activation 'tnah'. Did you mean 'tanh'? Known: celu, ", 0), 0u) << e.what();
  }
}

}  // namespace
}  // namespace rondo
