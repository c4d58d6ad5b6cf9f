// Ridge against scikit-learn (golden/ridge.py), its choice of alpha, and the sizes that must not cost much or break it.
#include "rondo/forecast/ridge.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "kernels/kernels.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

using nlohmann::json;

json golden() {
  std::ifstream in(std::string(RONDO_SOURCE_DIR) + "/tests/forecast/golden/ridge.json");
  return json::parse(in);
}

Split split_of(const json& all, const json& c) {
  Table table;
  for (const auto& [name, values] : all["tables"][c["table"].get<std::string>()].items())
    table.add(name, values.get<std::vector<double>>());
  return split(frame(table, {.target = c["targets"].get<std::vector<std::string>>(),
                             .features = c["features"].get<std::vector<std::string>>(),
                             .lookback = c["lookback"],
                             .horizon = c["horizon"],
                             .stride = c["stride"],
                             .gap = c["gap"],
                             .normalize = normalize_from(c["normalize"].get<std::string>())}));
}

double noise(unsigned& state) {
  state = state * 1664525U + 1013904223U;
  return static_cast<double>(state >> 8) / (1 << 24) - 0.5;
}

Table waves(Index rows, Index columns) {
  Table table;
  unsigned state = 1;
  for (Index c = 0; c < columns; ++c) {
    std::vector<double> v;
    for (Index r = 0; r < rows; ++r) v.push_back(10 * std::sin(0.26 * static_cast<double>(r + c)) + noise(state));
    table.add("c" + std::to_string(c), v);
  }
  return table;
}

// Both compute in double on the same float inputs. What differs is rounding times the condition of the system, which the
// smallest alpha here (0, on 16 correlated lags) makes some 1e4.
constexpr double near = 1e-9;

TEST(Ridge, IsScikitLearns) {
  const json all = golden();
  for (const json& c : all["cases"]) {
    SCOPED_TRACE(c["table"].dump() + " lookback " + c["lookback"].dump() + " " + c["normalize"].dump());
    const Split s = split_of(all, c);
    const Ridge ridge = fit_ridge(s, {.alpha = c["alpha"].get<double>()});
    EXPECT_EQ(ridge.windows, c["windows"].get<Index>());
    const auto weights = c["weights"].get<std::vector<double>>(), bias = c["bias"].get<std::vector<double>>();
    ASSERT_EQ(ridge.weights.size(), weights.size());
    ASSERT_EQ(ridge.bias.size(), bias.size());
    for (std::size_t i = 0; i < weights.size(); ++i) ASSERT_NEAR(ridge.weights[i], weights[i], near) << i;
    for (std::size_t i = 0; i < bias.size(); ++i) EXPECT_NEAR(ridge.bias[i], bias[i], near * 100) << i;
    const Forecast f = forecast(ridge, s.test);
    const Scores scores = score(f, s.test);
    for (std::size_t h = 0; h < scores.mae_by_step.size(); ++h) {
      EXPECT_NEAR(scores.mae_by_step[h], c["mae_by_step"][h].get<double>(), 1e-6);
      EXPECT_NEAR(scores.rmse_by_step[h], c["rmse_by_step"][h].get<double>(), 1e-6);
    }
    const auto last = c["forecast"].get<std::vector<double>>();
    ASSERT_EQ(static_cast<Index>(last.size()), f.steps() * f.targets());
    for (std::size_t i = 0; i < last.size(); ++i) EXPECT_NEAR(f.values()[f.values().size() - last.size() + i], last[i], 1e-6);
    const Ridge best = fit_ridge(s);
    EXPECT_NEAR(best.alpha, c["best_alpha"].get<double>(), 1e-9 * best.alpha);
  }
}

TEST(Ridge, EveryInstructionSetGivesTheSameBits) {
  const Split s = split(frame(waves(400, 3), {.target = "c0", .lookback = 9, .horizon = 3}));
  const Split dual = split(frame(waves(120, 3), {.target = "c0", .lookback = 40, .horizon = 3}));
  const std::string before = kernels().isa;
  std::vector<std::vector<double>> seen;
  for (const std::string_view isa : isas()) {
    force_isa(isa);
    seen.push_back(fit_ridge(s).weights);
    const std::vector<double> more = fit_ridge(dual).weights;
    seen.back().insert(seen.back().end(), more.begin(), more.end());
    EXPECT_EQ(seen.back(), seen.front()) << isa;
  }
  force_isa(before);
}

// What a training part alone can say.
TEST(Ridge, WithoutAValidationPart) {
  const Split s = split(frame(waves(300, 1), {.target = "c0", .lookback = 8, .normalize = Normalize::standard}), {0.8, 0, 0.2});
  const Ridge ridge = fit_ridge(s);
  EXPECT_GT(ridge.alpha, 0);
  EXPECT_LT(score(forecast(ridge, s.test), s.test).mae, score(persistence(s.test), s.test).mae);
  EXPECT_EQ(forecast(ridge, s.validation).samples(), 0);
  // Nine windows: nothing can be judged.
  const Split few = split(frame(waves(19, 1), {.target = "c0", .lookback = 4}), {0.7, 0, 0.3});
  EXPECT_EQ(fit_ridge(few).alpha, 1);
}

TEST(Ridge, ColumnsThatNeverChange) {
  Table table = waves(200, 1);
  table.add("flat", std::vector<double>(200, 7.0));
  for (const Normalize kind : {Normalize::window, Normalize::standard, Normalize::min_max, Normalize::none}) {
    const Split s = split(frame(table, {.target = "c0", .lookback = 5, .normalize = kind}));
    for (const double alpha : {0.0, 1.0}) {
      const Ridge ridge = fit_ridge(s, {.alpha = alpha});
      for (std::size_t t = 0; t < 5; ++t) EXPECT_EQ(ridge.weights[2 * t + 1], 0) << t;
      for (const double w : ridge.weights) EXPECT_TRUE(std::isfinite(w));
    }
    // A target that never changes is forecast exactly.
    const Split flat = split(frame(table, {.target = "flat", .lookback = 5, .normalize = kind}));
    const Forecast f = forecast(fit_ridge(flat), flat.test);
    for (const double v : f.values()) EXPECT_NEAR(v, 7.0, 1e-12);
  }
}

// The same column three times: no unique solution, and still one answer, shared evenly.
TEST(Ridge, ColumnsThatAreEqual) {
  Table table = waves(200, 1);
  const std::vector<double> v = table.column(0).numbers;
  table.add("again", v).add("more", v);
  const Split s = split(frame(table, {.target = "c0", .lookback = 4, .normalize = Normalize::standard}));
  for (const double alpha : {0.0, 1e-3, 10.0}) {
    const Ridge ridge = fit_ridge(s, {.alpha = alpha});
    for (std::size_t t = 0; t < 4; ++t) {
      EXPECT_NEAR(ridge.weights[3 * t], ridge.weights[3 * t + 1], 1e-3);
      EXPECT_NEAR(ridge.weights[3 * t], ridge.weights[3 * t + 2], 1e-3);
      EXPECT_LT(std::fabs(ridge.weights[3 * t]), 10);
    }
  }
}

// Columns in other units, not normalised: the grid follows them, and the forecast is as good.
TEST(Ridge, AlphaFollowsTheUnits) {
  Table table = waves(300, 2), large;
  for (const char* name : {"c0", "c1"}) {
    std::vector<double> v = table.column(name).numbers;
    for (double& x : v) x *= 1e6;
    large.add(name, v);
  }
  const FrameOptions options{.target = "c0", .lookback = 6, .horizon = 2, .normalize = Normalize::none};
  const Split a = split(frame(table, options)), b = split(frame(large, options));
  const Ridge ra = fit_ridge(a), rb = fit_ridge(b);
  EXPECT_GT(rb.alpha, 1e4 * ra.alpha);
  const double ea = score(forecast(ra, a.test), a.test).mae, eb = score(forecast(rb, b.test), b.test).mae;
  EXPECT_NEAR(eb / 1e6, ea, 0.03 * ea);
}

TEST(Ridge, TakesSomeOfVeryManyWindows) {
  const Split s = split(frame(waves(60000, 10), {.target = "c0", .lookback = 80}));
  const Ridge ridge = fit_ridge(s);
  EXPECT_LT(ridge.windows, s.train.samples());
  EXPECT_GT(ridge.windows, 10000);
  EXPECT_LT(score(forecast(ridge, s.test), s.test).mae, 0.3);  // the noise's own mean is 0.25
}

TEST(Ridge, Refusals) {
  const Split s = split(frame(waves(200, 1), {.target = "c0", .lookback = 5}));
  for (const double alpha : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_THROW(fit_ridge(s, {.alpha = alpha}), Error);
  const Split other = split(frame(waves(200, 1), {.target = "c0", .lookback = 6}));
  try {
    forecast(fit_ridge(s), other.test);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::shape) << error.what();
  }
  Table huge;
  std::vector<double> v(50);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = 1e300 * static_cast<double>(i % 7);
  huge.add("x", v);
  try {
    fit_ridge(split(frame(huge, {.target = "x", .lookback = 2, .normalize = Normalize::none})));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("too large"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace rondo
