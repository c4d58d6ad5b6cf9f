// Intervals: the order statistics NumPy gives (tests/data/airline_reference.py), and the promise of coverage where it holds.
#include "rondo/forecast/intervals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "rondo/core/error.h"

namespace rondo {
namespace {

Split airline(Index horizon) {
  const Table table = read_csv(std::string(RONDO_SOURCE_DIR) + "/data/airline-passengers.csv");
  return split(frame(table, {.target = "Passengers", .lookback = 12, .horizon = horizon}));
}

TEST(Intervals, AirlinePersistence) {
  const Split s = airline(3);
  const Intervals intervals = fit_intervals(persistence(s.validation), s.validation, 0.8);
  EXPECT_EQ(intervals.windows, 20);
  EXPECT_EQ(intervals.below, (std::vector<double>{-63, -120, -162}));
  EXPECT_EQ(intervals.above, (std::vector<double>{67, 110, 142}));
  const Forecast flat = persistence(s.test);
  const Band b = band(flat, intervals);
  EXPECT_EQ(b.lower(0, 1), flat(0, 1) - 120);
  EXPECT_EQ(b.upper(4, 2), flat(4, 2) + 142);
  Index inside = 0;
  for (Index i = 0; i < s.test.samples(); ++i) {
    for (Index h = 0; h < 3; ++h) inside += s.test.truth(i, h) >= b.lower(i, h) && s.test.truth(i, h) <= b.upper(i, h);
  }
  EXPECT_DOUBLE_EQ(coverage(b, s.test), static_cast<double>(inside) / static_cast<double>(s.test.samples() * 3));
}

// Errors that are independent and alike: over many draws the share inside is between c and c + 2 / (n + 1), which is the whole
// promise. 400 draws of 60 test windows put the mean's own deviation below 0.005.
TEST(Intervals, CoverWhatTheyPromise) {
  std::mt19937 random(4);
  std::exponential_distribution<double> skewed(0.7);
  double sum = 0;
  constexpr int draws = 400;
  for (int draw = 0; draw < draws; ++draw) {
    std::vector<double> v;
    for (int r = 0; r < 200; ++r) v.push_back(skewed(random));
    Table table;
    table.add("x", v);
    const Split s = split(frame(table, {.target = "x", .lookback = 1, .normalize = Normalize::none}), {0.5, 0.2, 0.3});
    Forecast zero(s.validation.samples(), 1, 1), ahead(s.test.samples(), 1, 1);
    sum += coverage(band(ahead, fit_intervals(zero, s.validation, 0.85)), s.test) / draws;
  }
  EXPECT_GT(sum, 0.85 - 0.01);
  EXPECT_LT(sum, 0.85 + 2.0 / 41 + 0.01);
}

TEST(Intervals, SeveralTargets) {
  Table table;
  std::vector<double> a, b;
  for (int i = 0; i < 200; ++i) {
    a.push_back(i);
    b.push_back(-100 * i);
  }
  table.add("a", a).add("b", b);
  const Split s = split(frame(table, {.target = {"b", "a"}, .lookback = 2, .horizon = 2}));
  const Intervals intervals = fit_intervals(persistence(s.validation), s.validation);
  EXPECT_EQ(intervals.above, (std::vector<double>{-100, 1, -200, 2}));  // steps, then targets
  EXPECT_EQ(coverage(band(persistence(s.test), intervals), s.test, 1), 1);
  Forecast one(1, 1, 2);
  EXPECT_EQ(band(one, intervals).lower(0, 0, 1), 1);
}

TEST(Intervals, Refusals) {
  const Split s = airline(3);
  const Forecast flat = persistence(s.validation);
  const auto refusal = [&](double c, const Part& part) -> std::string {
    try {
      fit_intervals(flat, part, c);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  for (const double c : {0.0, 1.0, -0.5, 1.5, std::nan("")})
    EXPECT_NE(refusal(c, s.validation).find("between 0 and 1"), std::string::npos) << c;
  EXPECT_NE(refusal(0.95, s.validation).find("need at least 39 windows, and this part has 20"), std::string::npos)
      << refusal(0.95, s.validation);
  EXPECT_EQ(refusal(0.90, s.validation), "no error");
  EXPECT_NE(refusal(std::nextafter(1.0, 0.0), s.validation).find("need at least"), std::string::npos);
  EXPECT_NE(refusal(0.9, s.train).find("not of this part"), std::string::npos);
  const Intervals intervals = fit_intervals(flat, s.validation, 0.8);
  EXPECT_THROW(band(Forecast(1, 4, 1), intervals), Error);
  EXPECT_THROW(band(Forecast(1, 3, 2), intervals), Error);
  EXPECT_THROW(coverage(band(flat, intervals), s.validation, 1), Error);
  Forecast broken = flat;
  broken(3, 1) = std::nan("");
  EXPECT_THROW(fit_intervals(broken, s.validation, 0.8), Error);
}

}  // namespace
}  // namespace rondo
