// The tutorial's reader with 50,000 x 10 values and a lookback of 100: the whole run, from the file to the forecast, stays
// under 100 MB (its windows, materialised, would take 200 MB alone).
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>

#include "rondo/forecast/compare.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"
#include "support/peak_memory.h"

namespace rondo {
namespace {

TEST(Memory, FiftyThousandRowsOfTen) {
  const std::string path = testing::TempDir() + "rondo_memory_test.csv";
  {
    std::ofstream out(path);
    out << "c0,c1,c2,c3,c4,c5,c6,c7,c8,c9\n";
    char cell[32];
    for (int r = 0; r < 50000; ++r) {
      for (int c = 0; c < 10; ++c) {
        std::snprintf(cell, sizeof cell, "%.9f%c", std::sin(0.01 * r * (c + 1)) + 0.0001 * r, c == 9 ? '\n' : ',');
        out << cell;
      }
    }
  }
  const Table table = read_csv(path);
  std::remove(path.c_str());
  const Frame windows = frame(table, {.target = "c0", .lookback = 100});
  ASSERT_EQ(windows.samples(), 49900);
  const Split parts = split(windows);
  Sequential model{LSTM(4, {.input_shape = {100, 10}}), Dense(1)};
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(parts.train, {.batch_size = 128, .epochs = 1, .validation_source = &parts.validation});
  const Forecast f = forecast(model, parts.test);
  EXPECT_EQ(f.samples(), parts.test.samples());
  EXPECT_TRUE(std::isfinite(f(0, 0)));
  RecordProperty("peak_megabytes", std::to_string(peak_megabytes()));
  expect_peak_growth_below(0, 100);
}

// 150,000 test windows of 24 steps: one forecast of them all would take 29 MB, and four are compared.
TEST(Memory, ComparisonInChunks) {
  Table table;
  std::vector<double> v;
  for (int r = 0; r < 170000; ++r) v.push_back(std::sin(0.26 * r) + 1e-5 * r);
  table.add("load", std::move(v));
  const Split parts = split(frame(table, {.target = "load", .lookback = 12, .horizon = 24}), {0.06, 0.05, 0.89});
  ASSERT_GT(parts.test.samples(), 150000);
  const Ridge ridge = fit_ridge(parts);
  const Sequential model{LSTM(2, {.input_shape = {12, 1}}), Dense(24)};
  const double before = peak_megabytes();
  const Comparison all = compare(parts.test, {.season = 24, .model = &model, .ridge = &ridge, .predict = {.batch_size = 512}});
  EXPECT_EQ(all.windows, parts.test.samples());
  EXPECT_LT(all.ridge->mae, all.persistence.mae);
  expect_peak_growth_below(before, 12);  // the network's own session among them
}

// A window of 50,000 numbers and 3,000 of them: 1.2 GB, were they held.
TEST(Memory, RidgeOfLongWindows) {
  Table table;
  for (int c = 0; c < 20; ++c) {
    std::vector<double> v;
    for (int r = 0; r < 6000; ++r) v.push_back(std::sin(0.26 * r + c) + std::sin(0.1 * r * c));
    table.add("c" + std::to_string(c), std::move(v));
  }
  const Split parts = split(frame(table, {.target = "c0", .lookback = 2500}));
  const double before = peak_megabytes();
  const Ridge ridge = fit_ridge(parts, {.alpha = 1.0});
  EXPECT_EQ(ridge.inputs, 50000);
  EXPECT_LT(ridge.windows, parts.train.samples());
  expect_peak_growth_below(before, 60);
}

}  // namespace
}  // namespace rondo
