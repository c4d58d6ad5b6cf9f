// A table of 300,000 rows x 10 numbers and their dates takes its numbers, its labels, eight bytes a date, and next to nothing
// beside them while it is read: a million rows stay as far below 100 MB over their numbers.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "rondo/data/dates.h"
#include "support/peak_memory.h"

namespace rondo {
namespace {

TEST(TableMemory, NumbersLabelsAndDates) {
  constexpr int rows = 300'000;
  const std::string path = testing::TempDir() + "rondo_table_memory_test.csv";
  {
    std::ofstream out(path);
    out << "date,a,b,c,d,e,f,g,h,i,j\n";
    for (int r = 0; r < rows; ++r) {
      char line[256];
      const int day = r / 1440, minute = r % 1440;
      int size = std::snprintf(line, sizeof line, "%04d-%02d-%02d %02d:%02d:00", 2000 + day / 336, day % 336 / 28 + 1,
                               day % 28 + 1, minute / 60, minute % 60);
      for (int c = 0; c < 10; ++c)
        size += std::snprintf(line + size, sizeof line - static_cast<std::size_t>(size), ",%d.%03d", r % 1000 + c,
                              (r * 7 + c) % 1000);
      line[size] = '\n';
      out.write(line, size + 1);
    }
  }
  const double before = peak_megabytes();
  const Table table = read_csv(path);
  const auto dates = find_dates(table);
  const double numbers = rows * 10 * 8 / 1e6, labels = rows * (19 + 8) / 1e6, moments = rows * 8 / 1e6;
  expect_peak_growth_below(before, numbers + labels + moments + 5);  // 5 MB: buffers, and what the allocator rounds up
  std::remove(path.c_str());
  ASSERT_TRUE(dates);
  EXPECT_EQ(table.rows(), rows);
  EXPECT_EQ(dates->frequency().text(), "every minute");
}

}  // namespace
}  // namespace rondo
