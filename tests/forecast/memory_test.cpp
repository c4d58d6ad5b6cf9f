// The tutorial's reader with 50,000 x 10 values and a lookback of 100: the whole run, from the file to the forecast, stays
// under 100 MB (its windows, materialised, would take 200 MB alone).
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>

#include "rondo/forecast/forecast.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RONDO_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define RONDO_SANITIZED 1
#endif
#endif

namespace rondo {
namespace {

// The most memory this process has ever held, in MB; 0 if the system does not say.
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) * 1024 / 1e6;
  }
  return 0;
}

TEST(Memory, FiftyThousandRowsOfTen) {
#ifdef RONDO_SANITIZED
  GTEST_SKIP() << "a sanitizer's own memory would be measured";
#endif
  if (peak_megabytes() == 0) GTEST_SKIP() << "no /proc/self/status here";
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
  const double peak = peak_megabytes();
  RecordProperty("peak_megabytes", std::to_string(peak));
  EXPECT_LT(peak, 100) << "MB";
}

}  // namespace
}  // namespace rondo
