// data/nyc-weather.csv as the reader sees it. The figures are those of Python's csv module and float().
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "rondo/io/csv.h"

namespace rondo {
namespace {

TEST(Weather, TheFileInDataIsReadWhole) {
  const Csv csv = read_csv_columns(std::string(RONDO_SOURCE_DIR) + "/data/nyc-weather.csv");
  ASSERT_EQ(csv.rows, 8706);
  ASSERT_EQ(csv.columns.size(), 9u);
  EXPECT_EQ(csv.columns[0].name, "date");
  ASSERT_TRUE(csv.columns[0].text);
  EXPECT_EQ(csv.columns[0].labels[0], "2013-01-01 06:00");
  EXPECT_EQ(csv.columns[0].labels[8705], "2013-12-30 23:00");
  const struct {
    const char* name;
    Index missing;
    double mean;
  } expected[] = {{"temp", 0, 54.472150241212866},       {"dewp", 0, 41.8571192281184},
                  {"humid", 0, 65.20507695841918},       {"wind_dir", 51, 204.1837088388215},
                  {"wind_speed", 3, 11.46839600367751},  {"precip", 0, 0.003984608316103841},
                  {"pressure", 831, 1018.1806984126999}, {"visib", 0, 9.177577532736041}};
  for (std::size_t i = 0; i < 8; ++i) {
    const Column& column = csv.columns[i + 1];
    EXPECT_EQ(column.name, expected[i].name);
    ASSERT_FALSE(column.text);
    Index missing = 0;
    double sum = 0;
    for (const double v : column.numbers) {
      if (std::isnan(v)) {
        ++missing;
      } else {
        sum += v;
      }
    }
    EXPECT_EQ(missing, expected[i].missing);
    EXPECT_NEAR(sum / static_cast<double>(csv.rows - missing), expected[i].mean, 1e-9) << column.name;
  }
}

}  // namespace
}  // namespace rondo
