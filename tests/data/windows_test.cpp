// 500 random framings against keras.utils.timeseries_dataset_from_array (golden/windows.py): every cell of every x and y.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "rondo/core/error.h"
#include "rondo/data/split.h"

namespace rondo {
namespace {

using nlohmann::json;

// The cell of row r and column c is r * columns + c.
Table numbered(Index rows, Index columns) {
  Table table;
  for (Index c = 0; c < columns; ++c) {
    std::vector<double> v;
    for (Index r = 0; r < rows; ++r) v.push_back(static_cast<double>(r * columns + c));
    table.add("c" + std::to_string(c), std::move(v));
  }
  return table;
}

std::vector<std::string> names(const json& numbers) {
  std::vector<std::string> out;
  for (const json& n : numbers) out.push_back("c" + std::to_string(n.get<int>()));
  return out;
}

// FNV-1a over the cells as integers.
std::string hash(const std::vector<real>& cells) {
  std::uint64_t h = 0xcbf29ce484222325U;
  for (const real cell : cells) h = (h ^ static_cast<std::uint64_t>(cell)) * 0x100000001b3U;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(h));
  return text;
}

TEST(Windows, AreKerass) {
  std::ifstream in(std::string(RONDO_SOURCE_DIR) + "/tests/data/golden/windows.json");
  const json golden = json::parse(in);
  ASSERT_EQ(golden["cases"].size(), 500U);
  for (const json& c : golden["cases"]) {
    const json& s = c["setting"];
    SCOPED_TRACE("rows, columns, features, targets, lookback, horizon, stride, gap: " + s.dump());
    const Frame f = frame(numbered(s[0], s[1]), {.target = names(s[3]),
                                                 .features = names(s[2]),
                                                 .lookback = s[4],
                                                 .horizon = s[5],
                                                 .stride = s[6],
                                                 .gap = s[7],
                                                 .normalize = Normalize::none});
    ASSERT_EQ(f.samples(), c["windows"].get<Index>());
    std::vector<Index> all;
    for (Index i = 0; i < f.samples(); ++i) all.push_back(i);
    std::vector<real> x(static_cast<std::size_t>(f.x_shapes()[0].with_first(f.samples()).elements()));
    std::vector<real> y(static_cast<std::size_t>(f.y_shapes()[0].with_first(f.samples()).elements()));
    // Once as they are, once as the part of a split that fit reads.
    const Part part(f, split(f, {1, 0, 0}).scaler());
    for (const Source* source : {static_cast<const Source*>(&f), static_cast<const Source*>(&part)}) {
      real* const px[] = {x.data()};
      real* const py[] = {y.data()};
      source->gather(all, px, py);
      ASSERT_EQ(hash(x), c["x"].get<std::string>());
      ASSERT_EQ(hash(y), c["y"].get<std::string>());
    }
    // What sample_text() tells of a window is told of the rows Keras took.
    const auto columns = s[1].get<Index>();
    const json& ends = c["ends"];
    for (const Index last : {0, 1}) {
      const Index i = last * (f.samples() - 1);
      const auto row = [&](int end) { return ends[static_cast<std::size_t>(end)].get<Index>() / columns; };
      ASSERT_EQ(f.start(i), row(static_cast<int>(2 * last)));
      ASSERT_EQ(f.last_row(i), row(static_cast<int>(2 * last + 1)));
      ASSERT_EQ(f.target_row(i), row(static_cast<int>(4 + 2 * last)));
      ASSERT_EQ(f.target_row(i) + f.framing().horizon - 1, row(static_cast<int>(5 + 2 * last)));
    }
  }
}

}  // namespace
}  // namespace rondo
