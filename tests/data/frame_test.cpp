// Windows: their number, their rows, what is refused, and what is done about missing values.
#include "rondo/data/frame.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "rondo/core/error.h"

namespace rondo {
namespace {

const double missing = std::nan("");

std::string refusal(const Table& table, const FrameOptions& options) {
  try {
    frame(table, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::value) << error.what();
    const std::string message = error.what();
    EXPECT_LE(std::count(message.begin(), message.end(), '\n'), 19);
    return message;
  }
  ADD_FAILURE() << "no error";
  return {};
}

void expect_part(const std::string& message, const std::string& part) {
  EXPECT_NE(message.find(part), std::string::npos) << "no \"" << part << "\" in:\n" << message;
}

// value(row, column) = 10 * row + column
Table ramp(Index rows, Index columns) {
  Table table;
  for (Index c = 0; c < columns; ++c) {
    std::vector<double> v;
    for (Index r = 0; r < rows; ++r) v.push_back(static_cast<double>(10 * r + c));
    table.add("c" + std::to_string(c), std::move(v));
  }
  return table;
}

struct Batch {
  std::vector<real> x, y;
};
Batch gather(const Source& source, std::vector<Index> ids = {}) {
  if (ids.empty()) {
    ids.resize(static_cast<std::size_t>(source.samples()));
    std::iota(ids.begin(), ids.end(), 0);
  }
  const auto n = static_cast<Index>(ids.size());
  Batch out;
  out.x.resize(static_cast<std::size_t>(source.x_shapes()[0].with_first(n).elements()));
  out.y.resize(static_cast<std::size_t>(source.y_shapes()[0].with_first(n).elements()));
  real* const x[] = {out.x.data()};
  real* const y[] = {out.y.data()};
  source.gather(ids, x, y);
  return out;
}

TEST(Frame, Airline) {
  const Frame f =
      frame(read_csv(std::string(RONDO_SOURCE_DIR) + "/data/airline-passengers.csv"), {.target = "Passengers", .lookback = 12});
  EXPECT_EQ(f.text(), "rows 144 (time) x columns 1 (feature) -> 132 windows of (12, 1)\ntext column left out: Month");
  EXPECT_EQ(f.sample_text(),
            "sample 0: x = rows 0 .. 11 (1949-01 .. 1949-12) of Passengers\n"
            "          y = row 12 (1950-01) of Passengers");
  EXPECT_EQ(f.x_shapes()[0].text(), "(None, 12, 1)");
  EXPECT_EQ(f.y_shapes()[0].text(), "(None, 1)");
  const Batch batch = gather(f, {0, 131});
  EXPECT_EQ(batch.x[0], 112);
  EXPECT_EQ(batch.x[11], 118);
  EXPECT_EQ(batch.y[0], 115);
  EXPECT_EQ(batch.y[1], 432);
}

TEST(Frame, TutorialReader) {
  const Frame f = frame(ramp(50000, 10), {.target = "c0", .lookback = 100});
  EXPECT_EQ(f.text(), "rows 50,000 (time) x columns 10 (feature) -> 49,900 windows of (100, 10)");
  EXPECT_EQ(f.samples(), 49900);
}

// 500 random settings against the alignment as it is written in frame.h, one loop and no cleverness.
TEST(Frame, RandomSettings) {
  std::mt19937 random(3);
  const auto draw = [&](int low, int high) {
    return static_cast<Index>(low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1)));
  };
  for (int trial = 0; trial < 500; ++trial) {
    const Index rows = draw(2, 60), columns = draw(1, 4);
    const Index lookback = draw(1, 12), horizon = draw(1, 5), gap = draw(0, 4), stride = draw(1, 7);
    const Table table = ramp(rows, columns);
    const FrameOptions options{.target = "c0", .lookback = lookback, .horizon = horizon, .stride = stride, .gap = gap};
    if (rows < lookback + gap + horizon) {
      expect_part(refusal(table, options), "one window needs");
      continue;
    }
    std::vector<real> x, y;
    Index windows = 0;
    for (Index s = 0; s + lookback + gap + horizon <= rows; s += stride, ++windows) {
      for (Index r = s; r < s + lookback; ++r) {
        for (Index c = 0; c < columns; ++c) x.push_back(static_cast<real>(10 * r + c));
      }
      for (Index r = s + lookback + gap; r < s + lookback + gap + horizon; ++r) y.push_back(static_cast<real>(10 * r));
    }
    const Frame f = frame(table, options);
    ASSERT_EQ(f.samples(), windows);
    const Batch batch = gather(f);
    ASSERT_EQ(batch.x, x);
    ASSERT_EQ(batch.y, y);
  }
}

TEST(Frame, FeaturesAndSeveralTargets) {
  const Table table = ramp(20, 4);
  const Frame f = frame(table, {.target = {"c3", "c1"}, .features = {"c2", "c0"}, .lookback = 2, .horizon = 2});
  EXPECT_EQ(f.y_shapes()[0].text(), "(None, 4)");
  const Batch batch = gather(f, {5});
  EXPECT_EQ(batch.x, (std::vector<real>{52, 50, 62, 60}));
  EXPECT_EQ(batch.y, (std::vector<real>{73, 71, 83, 81}));
  EXPECT_EQ(frame(table, {.target = "c3", .lookback = 2}).framing().features, table.names());
}

TEST(Frame, Refusals) {
  Table table = ramp(10, 2);
  table.add_text("when", std::vector<std::string>(10, "mo"));
  expect_part(refusal(table, {.target = "c0"}), "lookback is 0; it must be at least 1");
  expect_part(refusal(table, {.target = "c0", .lookback = -3}), "lookback is -3");
  expect_part(refusal(table, {.target = "c0", .lookback = 3, .horizon = 0}), "horizon is 0");
  expect_part(refusal(table, {.target = "c0", .lookback = 3, .stride = 0}), "stride is 0");
  expect_part(refusal(table, {.target = "c0", .lookback = 3, .gap = -1}), "gap is -1");
  expect_part(refusal(table, {.target = "c0", .lookback = 10}),
              "lookback 10 + gap 0 + horizon 1 = 11 rows, but the table has 10");
  const Index huge = std::numeric_limits<Index>::max();
  expect_part(refusal(table, {.target = "c0", .lookback = huge, .horizon = huge, .gap = huge}), "the table has 10");
  EXPECT_EQ(frame(table, {.target = "c0", .lookback = 3, .stride = huge}).samples(), 1);
  expect_part(refusal(table, {.target = "C0", .lookback = 3}), "no column 'C0' in the table. Did you mean 'c0'?");
  expect_part(refusal(table, {.target = "when", .lookback = 3}), "target 'when' is a column of text ('mo' at row 0)");
  for (const char* cell : {"1,234", "1.234,5", "12%", "$5", "1 000", "5 \xe2\x82\xac"}) {
    Table dressed = Table().add_text("x", std::vector<std::string>(10, cell));
    expect_part(refusal(dressed, {.target = "x", .lookback = 3}), "write them plainly");
  }
  EXPECT_EQ(refusal(table, {.target = "when", .lookback = 3}).find("write them plainly"), std::string::npos);
  expect_part(refusal(table, {.target = "c0", .features = {"c0", "when"}, .lookback = 3}),
              "feature 'when' is a column of text");
  expect_part(refusal(table, {.target = "c0", .features = {"c1", "c1"}, .lookback = 3}), "feature 'c1' is named twice");
  expect_part(refusal(table, {.target = {}, .lookback = 3}), "no target: say which column");
  expect_part(refusal(Table(), {.target = "c0", .lookback = 3}), "the table is empty");
  EXPECT_THROW(frame(table, {.target = "c0", .lookback = 3}).sample_text(7), Error);
  EXPECT_THROW(frame(table, {.target = "c0", .lookback = 3}).sample_text(-1), Error);
}

TEST(Frame, MissingValuesAreRefused) {
  Table table = ramp(10, 1);
  std::vector<double> v(10, 1.0);
  v[4] = v[6] = missing;
  v[7] = HUGE_VAL;
  table.add("gaps", v);
  const std::string message = refusal(table, {.target = "c0", .lookback = 2});
  expect_part(message, "column 'gaps': 2 missing values, 1 infinite, first at row 4");
  expect_part(message, "Missing::drop");
  EXPECT_EQ(frame(table, {.target = "c0", .features = "c0", .lookback = 2}).samples(), 8);  // a column not used may have gaps
}

TEST(Frame, MissingValuesDropWindows) {
  Table table = ramp(12, 1);
  std::vector<double> v(12, 1.0);
  v[5] = missing;
  table.add("gaps", v);
  // Inputs only: windows whose two x rows touch row 5 start at 4 and 5.
  const Frame f = frame(table, {.target = "c0", .lookback = 2, .missing = Missing::drop});
  EXPECT_EQ(f.samples(), 8);
  EXPECT_EQ(f.start(3), 3);
  EXPECT_EQ(f.start(4), 6);
  EXPECT_NE(f.text().find("2 of 10 windows left out"), std::string::npos);
  for (const real x : gather(f).x) EXPECT_TRUE(std::isfinite(x));
  // Target only: row 5 as last known row (start 4) and as target (start 3).
  const Frame g = frame(table, {.target = "gaps", .features = "c0", .lookback = 2, .missing = Missing::drop});
  EXPECT_EQ(g.samples(), 8);
  EXPECT_EQ(g.start(2), 2);
  EXPECT_EQ(g.start(3), 5);
  Table nothing;
  nothing.add("x", std::vector<double>(5, missing));
  expect_part(refusal(nothing, {.target = "x", .lookback = 2, .missing = Missing::drop}), "nothing is left");
}

TEST(Frame, MissingValuesFilledForward) {
  Table table;
  table.add("x", {1, missing, missing, 4, HUGE_VAL, 6});
  const Frame f = frame(table, {.target = "x", .lookback = 2, .missing = Missing::forward});
  EXPECT_EQ(gather(f).x, (std::vector<real>{1, 1, 1, 1, 1, 4, 4, 4}));
  EXPECT_EQ(gather(f).y, (std::vector<real>{1, 4, 4, 6}));
  EXPECT_TRUE(std::isnan(table.column("x").numbers[1])) << "the table itself is untouched";
  Table bad;
  bad.add("x", {missing, 2, 3, 4});
  expect_part(refusal(bad, {.target = "x", .lookback = 2, .missing = Missing::forward}), "begins with a missing value");
  Table none;
  none.add("x", {1, 2, 3, 4}).add("e", std::vector<double>(4, missing));
  expect_part(refusal(none, {.target = "x", .lookback = 2, .missing = Missing::forward}),
              "'e' holds no value at all, in 4 rows");
}

TEST(Frame, Names) {
  EXPECT_EQ(missing_from("drop"), Missing::drop);
  EXPECT_EQ(normalize_from("min-max"), Normalize::min_max);
  EXPECT_EQ(normalize_from("min_max"), Normalize::min_max);
  EXPECT_THROW(missing_from("dorp"), Error);
  EXPECT_THROW(normalize_from("windw"), Error);
}

}  // namespace
}  // namespace rondo
