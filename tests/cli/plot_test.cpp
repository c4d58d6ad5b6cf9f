// Plots, scores and numbers as text: what stands where, and that no data breaks the frame.
#include "plot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "numbers.h"

namespace rondo::cli {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

TEST(Numbers, PercentOfAnySizeIsShort) {
  EXPECT_EQ(percent(0.5), "50 %");
  EXPECT_EQ(percent(0.034), "3.4 %");
  EXPECT_EQ(percent(-12.5), "-1250 %");
  EXPECT_EQ(percent(-9.7e303), "-9.70e+305 %");
}

TEST(Plot, PutsValuesWhereTheAxisSays) {
  Plot plot;
  for (int i = 0; i <= 11; ++i) {  // a row of the picture a value, top to bottom
    plot.line.push_back(110 - 10 * i);
    plot.marks.push_back(i == 3 ? 80 : missing);
    plot.labels.push_back("d" + std::to_string(i));
  }
  plot.line_name = "load";
  plot.marks_name = "forecast";
  const auto seen = lines(plot_text(plot, {80, false, false}));
  ASSERT_EQ(seen.size(), 12u + 3);
  EXPECT_EQ(seen[1].substr(0, 6), "  100+");
  EXPECT_EQ(seen[6].substr(0, 6), "   50+");
  EXPECT_EQ(seen[11].substr(0, 6), "    0+");
  EXPECT_EQ(seen[0].substr(5, 2), "|.");
  EXPECT_NE(seen[3].find('o'), std::string::npos);
  for (const std::size_t row : {0u, 1u, 2u, 4u, 11u}) EXPECT_EQ(seen[row].find('o'), std::string::npos) << row;
  EXPECT_EQ(seen[13].find("d0"), 6u);
  EXPECT_NE(seen[13].find("d11"), std::string::npos);
  EXPECT_NE(seen[14].find("load"), std::string::npos);
}

TEST(Plot, NoDataBreaksTheFrame) {
  std::mt19937 random(1);
  for (int n = 0; n < 600; ++n) {
    Screen screen;
    screen.width = 60 + static_cast<int>(random() % 200);
    screen.unicode = random() % 2;
    screen.colour = random() % 2;
    const double scale = std::pow(10, static_cast<int>(random() % 600) - 300);
    const unsigned kind = random() % 6;
    const auto value = [&] {
      switch (kind) {
        case 0:
          return missing;
        case 1:
          return 5.0;
        case 2:
          return random() % 3 ? static_cast<double>(random()) / 1e9 * scale : missing;
        case 3:
          return 1e308 * (static_cast<double>(random() % 3) - 1);
        case 4:
          return 1e9 + static_cast<double>(random() % 3) * 1e-7;  // nearer to each other than a step of the axis can be
        default:
          return (static_cast<double>(random()) / 1e9 - 2) * scale;
      }
    };
    Plot plot;
    const int points = static_cast<int>(random() % 1000) % (plot_points(screen) + 1);
    for (int i = 0; i < points; ++i) {
      plot.line.push_back(value());
      plot.marks.push_back(value());
      plot.labels.push_back(std::string(random() % 40, 'x') + (random() % 2 ? "é" : ""));
    }
    for (const std::string& line : lines(plot_text(plot, screen)))
      ASSERT_LE(columns_of(line), screen.width) << kind << "\n" << line;
  }
}

TEST(Numbers, AsPeopleReadThem) {
  EXPECT_EQ(axis_number(1'000'000'001, 1), "1000000001");
  EXPECT_EQ(axis_number(2.5e-9, 5e-10), "2.5e-09");
  EXPECT_EQ(axis_number(0.30000000000000004, 0.1), "0.3");
  EXPECT_EQ(axis_number(-1e-17, 0.1), "0");
  EXPECT_EQ(fixed(22.636, 2), "22.64");
  EXPECT_EQ(fixed(missing, 2), "-");
  EXPECT_EQ(percent(0.0834), "8.3 %");
  EXPECT_EQ(percent(1.5), "150 %");
  EXPECT_EQ(clock_text(3723), "1:02:03");
  EXPECT_EQ(duration_text(0.0456), "45.6 ms");
  EXPECT_EQ(field("windows", "132 windows of (12, 1)", 32), "  windows      132 windows of\n               (12, 1)\n");
}

}  // namespace
}  // namespace rondo::cli
