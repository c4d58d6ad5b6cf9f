// The baselines and the errors, on figures from tests/data/airline_reference.py and by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "rondo/forecast/forecast.h"

namespace rondo {
namespace {

Split airline(Index horizon = 1, Index gap = 0) {
  const Table table = read_csv(std::string(RONDO_SOURCE_DIR) + "/data/airline-passengers.csv");
  return split(frame(table, {.target = "Passengers", .lookback = 12, .horizon = horizon, .gap = gap}));
}

TEST(Baselines, AirlineScores) {
  const Split s = airline();
  const Scores naive = score(persistence(s.test), s.test, {.season = 1});
  EXPECT_NEAR(naive.mae, 46.36363636363637, 1e-12);
  EXPECT_NEAR(naive.rmse, 53.72488842579049, 1e-12);
  EXPECT_NEAR(naive.mase, 2.465091299677766, 1e-12);
  const Scores seasonal = score(seasonal_naive(s.test, 12), s.test, {.season = 12});
  EXPECT_NEAR(seasonal.mae, 49.90909090909091, 1e-12);
  EXPECT_NEAR(seasonal.rmse, 51.782763014873446, 1e-12);
  EXPECT_NEAR(seasonal.mase, 1.7010069713400464, 1e-12);
  const Scores perfect = score(truth(s.test), s.test);
  EXPECT_EQ(perfect.mae, 0);
  EXPECT_EQ(perfect.rmse, 0);
}

// Powers of two change no digit, so the scores must be the same ones to the bit: none overflows, none vanishes.
TEST(Baselines, ScoresOfEverySize) {
  const Table table = read_csv(std::string(RONDO_SOURCE_DIR) + "/data/airline-passengers.csv");
  const std::vector<double>& v = table.column("Passengers").numbers;
  const auto scores = [&](int exponent) {
    std::vector<double> scaled;
    for (const double value : v) scaled.push_back(std::ldexp(value, exponent));
    const Split s = split(frame(Table().add("x", scaled), {.target = "x", .lookback = 12, .horizon = 2}));
    return score(persistence(s.test), s.test, {.season = 12});
  };
  const Scores plain = scores(0);
  for (const int exponent : {-960, -500, 500, 1000}) {
    const Scores s = scores(exponent);
    EXPECT_EQ(s.mae, std::ldexp(plain.mae, exponent));
    EXPECT_EQ(s.rmse, std::ldexp(plain.rmse, exponent));
    EXPECT_EQ(s.mase, plain.mase);
    for (std::size_t h = 0; h < 2; ++h) EXPECT_EQ(s.rmse_by_step[h], std::ldexp(plain.rmse_by_step[h], exponent));
  }
}

// A small error first must not make a large one overflow, nor a large one first a small one vanish beside it in its own step.
TEST(Baselines, ErrorsOfSeveralSizes) {
  std::vector<double> v(60);
  for (std::size_t r = 0; r < v.size(); ++r) v[r] = static_cast<double>(r % 7);
  v[57] = 1e300;
  const Split s = split(frame(Table().add("x", v), {.target = "x", .lookback = 4}));
  Forecast some = truth(s.test);
  some(0, 0) += 1e-200;
  const double rmse = score(some, s.test).rmse;
  EXPECT_EQ(rmse, std::fabs(some(0, 0) - truth(s.test)(0, 0)) / std::sqrt(static_cast<double>(s.test.samples())));
  const Scores last = score(persistence(s.test), s.test);
  EXPECT_NEAR(last.rmse / (1e300 * std::sqrt(2.0 / static_cast<double>(s.test.samples()))), 1, 1e-15);
}

// Every baseline value against the row it must come from.
TEST(Baselines, RowsTheyReadFrom) {
  for (const Index gap : {0, 3}) {
    const Split s = airline(15, gap);
    const std::vector<double>& v = s.test.frame().table().column("Passengers").numbers;
    for (const Index season : {1, 5, 12}) {
      const Forecast flat = persistence(s.test), seasonal = seasonal_naive(s.test, season);
      for (Index i = 0; i < s.test.samples(); ++i) {
        const Index last = s.test.frame().last_row(s.test.first() + i);
        for (Index h = 0; h < 15; ++h) {
          Index row = last + 1 + gap + h;
          while (row > last) row -= season;  // the latest known row of the same season
          EXPECT_EQ(seasonal(i, h), v[static_cast<std::size_t>(row)]);
          EXPECT_EQ(flat(i, h), v[static_cast<std::size_t>(last)]);
        }
      }
    }
  }
}

TEST(Baselines, ScoresByStep) {
  const Split s = airline(3);
  const Forecast flat = persistence(s.test);
  const Scores scores = score(flat, s.test);
  ASSERT_EQ(scores.mae_by_step.size(), 3U);
  double mae = 0, mse = 0;
  for (std::size_t h = 0; h < 3; ++h) {
    mae += scores.mae_by_step[h] / 3;
    mse += scores.rmse_by_step[h] * scores.rmse_by_step[h] / 3;
    EXPECT_DOUBLE_EQ(scores.mase_by_step[h], scores.mae_by_step[h] / naive_error(s.test));
  }
  EXPECT_DOUBLE_EQ(scores.mae, mae);
  EXPECT_DOUBLE_EQ(scores.rmse, std::sqrt(mse));
  EXPECT_EQ(flat.array().shape().text(), "(20, 3)");
}

TEST(Baselines, MissingValuesStepBackASeason) {
  std::vector<double> v;
  for (int i = 0; i < 60; ++i) v.push_back(i);
  v[50] = std::nan("");
  Table table;
  table.add("x", v);
  const Split s = split(frame(table, {.target = "x", .lookback = 2, .missing = Missing::drop}), {0.8, 0, 0.2});
  const Forecast f = seasonal_naive(s.test, 4);
  for (Index i = 0; i < f.samples(); ++i) {
    const Index row = s.test.frame().target_row(s.test.first() + i);
    EXPECT_EQ(f(i, 0), static_cast<double>(row == 54 ? 46 : row - 4)) << row;
  }
}

TEST(Baselines, Refusals) {
  const Split s = airline();
  EXPECT_THROW(seasonal_naive(s.test, 0), Error);
  EXPECT_THROW(seasonal_naive(s.test, -12), Error);
  EXPECT_THROW(seasonal_naive(s.test, std::numeric_limits<Index>::max()), Error);
  EXPECT_THROW(seasonal_naive(s.train, 40), Error);  // the first window has no value 40 months before
  EXPECT_THROW(score(persistence(s.train), s.test), Error);
  EXPECT_THROW(score(persistence(s.test), s.test, {.target = 1}), Error);
  EXPECT_THROW(score(persistence(s.test), s.test, {.season = 0}), Error);
  EXPECT_TRUE(std::isnan(naive_error(s.test, 1000)));
  Table flat;
  flat.add("x", std::vector<double>(50, 3.0));
  const Split constant = split(frame(flat, {.target = "x", .lookback = 2}));
  EXPECT_TRUE(std::isnan(score(persistence(constant.test), constant.test).mase));
}

}  // namespace
}  // namespace rondo
