// compare() is score() of every forecast, in chunks.
#include "rondo/forecast/compare.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"

namespace rondo {
namespace {

Table two(Index rows) {
  Table table;
  std::vector<double> a, b;
  for (Index i = 0; i < rows; ++i) {
    const auto t = static_cast<double>(i);
    a.push_back(50 + 0.01 * t + 9 * std::sin(0.5 * t) + 2 * std::sin(1.7 * t * t));
    b.push_back(a.back() * std::cos(0.3 * t));
  }
  return table.add("a", a).add("b", b);
}

void expect_same(const Scores& a, const Scores& b) {
  EXPECT_EQ(a.mae, b.mae);
  EXPECT_EQ(a.rmse, b.rmse);
  EXPECT_EQ(a.mase, b.mase);
  EXPECT_EQ(a.mae_by_step, b.mae_by_step);
  EXPECT_EQ(a.rmse_by_step, b.rmse_by_step);
  EXPECT_EQ(a.mase_by_step, b.mase_by_step);
}

// 65,536 values a chunk: 40 steps x 2 targets make 819 windows, so there are several chunks here and the last is a short one.
TEST(Compare, IsScoreInChunks) {
  const Split s = split(frame(two(9000), {.target = {"a", "b"}, .lookback = 6, .horizon = 40, .gap = 1}), {0.6, 0.1, 0.3});
  ASSERT_GT(s.test.samples(), 3 * 819);
  const Ridge ridge = fit_ridge(s);
  set_random_seed(1);
  const Sequential model{LSTM(3, {.input_shape = {6, 2}}), Dense(80)};
  for (const Index target : {0, 1}) {
    const Comparison all =
        compare(s.test, {.season = 12, .target = target, .model = &model, .ridge = &ridge, .predict = {.batch_size = 256}});
    EXPECT_EQ(all.windows, s.test.samples());
    const ScoreOptions options{.season = 12, .target = target};
    expect_same(all.persistence, score(persistence(s.test), s.test, options));
    expect_same(all.seasonal_naive, score(seasonal_naive(s.test, 12), s.test, options));
    expect_same(all.ridge.value(), score(forecast(ridge, s.test), s.test, options));
    expect_same(all.model.value(), score(forecast(model, s.test), s.test, options));
  }
  const Comparison bare = compare(s.test);
  EXPECT_FALSE(bare.model || bare.ridge);
  expect_same(bare.seasonal_naive, bare.persistence);  // a season of one row, but for the gap, which both cross the same way
}

TEST(Compare, ASeasonLongerThanTheHistory) {
  const Split s = split(frame(two(100), {.target = "a", .lookback = 6}));
  try {
    compare(s.test, {.season = 90});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::value);
    EXPECT_EQ(std::string(error.what()),
              "a season of 90 rows is longer than the history: the forecast of row 85 (from rows 0 .. 84) has no value one "
              "season, or several, before it. Give .season = 85 or less (on the command line --season), or a longer lookback.");
  }
  EXPECT_EQ(compare(s.test, {.season = 85}).windows, 15);
}

// A target that never changes: every forecast is exact, and there is nothing to divide by.
TEST(Compare, AConstantTarget) {
  Table table = two(120);
  table.add("flat", std::vector<double>(120, 2.5));
  for (const Normalize kind : {Normalize::window, Normalize::standard, Normalize::min_max, Normalize::none}) {
    const Split s = split(frame(table, {.target = "flat", .lookback = 6, .horizon = 2, .normalize = kind}), {0.8, 0, 0.2});
    const Ridge ridge = fit_ridge(s);  // (and without a validation part)
    const Comparison all = compare(s.test, {.season = 3, .ridge = &ridge});
    for (const Scores& scores : {all.persistence, all.seasonal_naive, *all.ridge}) {
      EXPECT_NEAR(scores.mae, 0, 1e-12);
      EXPECT_TRUE(std::isnan(scores.mase));
      EXPECT_TRUE(std::isnan(scores.mase_by_step[1]));
    }
  }
}

TEST(Compare, Refusals) {
  const Split s = split(frame(two(100), {.target = "a", .lookback = 6}), {0.8, 0, 0.2});
  EXPECT_THROW(compare(s.validation), Error);
  EXPECT_THROW(compare(s.test, {.season = 0}), Error);
  EXPECT_THROW(compare(s.test, {.target = 1}), Error);
  EXPECT_THROW(s.test.slice(0, 21), Error);
  EXPECT_THROW(s.test.slice(-1, 1), Error);
  EXPECT_THROW(s.test.slice(20, std::numeric_limits<Index>::max()), Error);
  EXPECT_EQ(s.test.slice(20, 0).samples(), 0);
  EXPECT_EQ(s.test.slice(5, 3).truth(2, 0), s.test.truth(7, 0));
}

}  // namespace
}  // namespace rondo
