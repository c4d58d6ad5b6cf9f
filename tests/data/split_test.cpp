// Split by time, scales from the training part alone, original units back.
#include "rondo/data/split.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "rondo/core/error.h"

namespace rondo {
namespace {

const std::string airline = std::string(RONDO_SOURCE_DIR) + "/data/airline-passengers.csv";

Table noise(Index rows, Index columns, unsigned seed) {
  std::mt19937 random(seed);
  Table table;
  for (Index c = 0; c < columns; ++c) {
    std::vector<double> v;
    for (Index r = 0; r < rows; ++r) v.push_back(static_cast<double>(random()) / 1e9);
    table.add("c" + std::to_string(c), std::move(v));
  }
  return table;
}

std::string refusal(const Frame& f, const SplitOptions& options) {
  try {
    split(f, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::value) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

void expect_part(const std::string& message, const std::string& part) {
  EXPECT_NE(message.find(part), std::string::npos) << "no \"" << part << "\" in:\n" << message;
}

// Figures from airline_reference.py.
TEST(Split, AirlineScales) {
  const Table table = read_csv(airline);
  const auto scale = [&](Normalize kind) {
    return split(frame(table, {.target = "Passengers", .lookback = 12, .normalize = kind})).scaler().of("Passengers");
  };
  EXPECT_DOUBLE_EQ(scale(Normalize::standard).reference, 218.36);
  EXPECT_NEAR(scale(Normalize::standard).scale, 73.84842855470927, 1e-12);
  EXPECT_EQ(scale(Normalize::min_max).reference, 104);
  EXPECT_EQ(scale(Normalize::min_max).scale, 309);
  EXPECT_NEAR(scale(Normalize::window).scale, 45.233307234087285, 1e-12);
  EXPECT_EQ(scale(Normalize::none).scale, 1);
  EXPECT_EQ(scale(Normalize::none).reference, 0);
}

TEST(Split, AirlineParts) {
  const Split s = split(frame(read_csv(airline), {.target = "Passengers", .lookback = 12}));
  EXPECT_EQ(s.text(),
            "train       rows 0 .. 99 (1949-01 .. 1957-04), 88 windows\n"
            "validation  rows 100 .. 121 (1957-05 .. 1959-02), 22 windows\n"
            "test        rows 122 .. 143 (1959-03 .. 1960-12), 22 windows\n"
            "normalisation 'window', fitted on the training part");
  EXPECT_EQ(s.test.truth(21, 0), 432);
}

// No target row in two parts, every window's targets inside its part, and nothing left out that could have been in.
TEST(Split, NoTargetRowInTwoParts) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 300; ++trial) {
    const Index rows = 40 + static_cast<Index>(random() % 100);
    const FrameOptions options{.target = "c0",
                               .lookback = 1 + static_cast<Index>(random() % 9),
                               .horizon = 1 + static_cast<Index>(random() % 4),
                               .stride = 1 + static_cast<Index>(random() % 3),
                               .gap = static_cast<Index>(random() % 3)};
    const Frame f = frame(noise(rows, 1, 1), options);
    const Split s = split(f, {0.6, 0.2, 0.2});
    Index straddling = 0;
    for (Index i = 0; i < f.samples(); ++i) {
      const Index a = f.target_row(i), b = a + options.horizon - 1;
      const auto part = [&](Index row) { return row < s.train.end_row() ? 0 : row < s.validation.end_row() ? 1 : 2; };
      straddling += part(a) != part(b);
    }
    EXPECT_EQ(s.train.samples() + s.validation.samples() + s.test.samples() + straddling, f.samples());
    std::set<Index> seen;
    for (const Part* part : {&s.train, &s.validation, &s.test}) {
      std::set<Index> own;
      for (Index i = 0; i < part->samples(); ++i) {
        for (Index h = 0; h < options.horizon; ++h) own.insert(f.target_row(part->first() + i) + h);
      }
      ASSERT_FALSE(own.empty());
      EXPECT_GE(*own.begin(), part->first_row());
      EXPECT_LT(*own.rbegin(), part->end_row());
      for (const Index row : own) EXPECT_TRUE(seen.insert(row).second) << "row " << row << " is a target in two parts";
    }
  }
}

// Nothing of the validation and test rows reaches a scale, under any normalisation.
// A part by rows holds the windows that split() puts there, and those alone whose targets all lie in them.
TEST(Split, APartByRows) {
  const Split s = split(frame(noise(200, 2, 5), {.target = "c0", .lookback = 7, .horizon = 3, .stride = 2, .gap = 1}));
  const Frame& f = s.train.frame();
  for (const Part* part : {&s.train, &s.validation, &s.test}) {
    const Part same(f, s.scaler(), part->first_row(), part->end_row(), part->train_rows());
    EXPECT_EQ(same.first(), part->first());
    EXPECT_EQ(same.samples(), part->samples());
    EXPECT_EQ(same.text(), part->text());
    EXPECT_EQ(same.train_rows(), 140);
    EXPECT_EQ(same.truth(0, 2), part->truth(0, 2));
  }
  for (Index first = 0; first <= 200; first += 13) {
    for (Index end = first; end <= 200; ++end) {
      Index count = 0;
      for (Index i = 0; i < f.samples(); ++i) count += f.target_row(i) >= first && f.target_row(i) + 3 <= end;
      EXPECT_EQ(Part(f, s.scaler(), first, end).samples(), count) << first << " .. " << end;
    }
  }
  EXPECT_EQ(Part(f, s.scaler(), -5, 1000).samples(), f.samples());
}

TEST(Split, LaterRowsChangeNoScale) {
  for (const Normalize kind : {Normalize::window, Normalize::standard, Normalize::min_max, Normalize::none}) {
    Table before = noise(200, 3, 2), after;
    for (const std::string& name : before.names()) {
      std::vector<double> v = before.column(name).numbers;
      for (std::size_t r = 140; r < 200; ++r) v[r] = 1e6 - 3 * v[r];
      after.add(name, v);
    }
    const FrameOptions options{.target = {"c1", "c2"}, .lookback = 7, .horizon = 3, .normalize = kind};
    const Split a = split(frame(before, options)), b = split(frame(after, options));
    EXPECT_EQ(a.scaler(), b.scaler());
    ASSERT_EQ(a.train.end_row(), 140);
    std::vector<real> xa(7 * 3), ya(6), xb(7 * 3), yb(6);
    for (Index i = 0; i < a.train.samples(); ++i) {
      real* const pxa[] = {xa.data()};
      real* const pya[] = {ya.data()};
      real* const pxb[] = {xb.data()};
      real* const pyb[] = {yb.data()};
      a.train.gather(std::span(&i, 1), pxa, pya);
      b.train.gather(std::span(&i, 1), pxb, pyb);
      ASSERT_EQ(xa, xb);
      ASSERT_EQ(ya, yb);
    }
  }
}

TEST(Split, ScaledValuesAndBack) {
  for (const Normalize kind : {Normalize::window, Normalize::standard, Normalize::min_max, Normalize::none}) {
    const Frame f =
        frame(noise(100, 3, 4),
              {.target = {"c2", "c0"}, .features = {"c0", "c1"}, .lookback = 5, .horizon = 2, .gap = 1, .normalize = kind});
    const Part part = split(f).test;
    for (Index i = 0; i < part.samples(); ++i) {
      std::vector<real> x(5 * 2), y(2 * 2);
      real* const px[] = {x.data()};
      real* const py[] = {y.data()};
      part.gather(std::span(&i, 1), px, py);
      const Index s = f.start(part.first() + i);
      for (Index t = 0; t < 5; ++t) {
        for (Index c = 0; c < 2; ++c) {
          const std::string name = c == 0 ? "c0" : "c1";
          const std::vector<double>& v = f.table().column(name).numbers;
          const ColumnScale& scale = part.scaler().of(name);
          const double reference = kind == Normalize::window ? v[static_cast<std::size_t>(s + 4)] : scale.reference;
          // One rounding to real.
          EXPECT_NEAR(x[static_cast<std::size_t>(t * 2 + c)], (v[static_cast<std::size_t>(s + t)] - reference) / scale.scale,
                      1e-6);
        }
      }
      for (Index h = 0; h < 2; ++h) {
        for (Index k = 0; k < 2; ++k) {
          const double truth = f.table().column(k == 0 ? "c2" : "c0").numbers[static_cast<std::size_t>(s + 6 + h)];
          EXPECT_EQ(part.truth(i, h, k), truth);
          EXPECT_NEAR(part.original(y[static_cast<std::size_t>(h * 2 + k)], i, k), truth, 1e-6);
        }
      }
    }
  }
}

TEST(Split, ConstantColumnsAreSafe) {
  Table table = noise(60, 1, 6);
  table.add("flat", std::vector<double>(60, 0.1))
      .add("zero", std::vector<double>(60, 0.0))
      .add("huge", std::vector<double>(60, 1e300));
  for (const Normalize kind : {Normalize::window, Normalize::standard, Normalize::min_max}) {
    const Split s = split(frame(table, {.target = "c0", .lookback = 5, .normalize = kind}));
    for (const char* name : {"flat", "zero", "huge"}) EXPECT_EQ(s.scaler().of(name).scale, 1) << name;
    std::vector<real> x(5 * 4), y(1);
    real* const px[] = {x.data()};
    real* const py[] = {y.data()};
    const Index id = 3;
    s.train.gather(std::span(&id, 1), px, py);
    for (const real v : x) EXPECT_TRUE(std::isfinite(v));
    for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(x[i], 0);
  }
  // One window of one row: no difference to fit on, but the targets have one.
  EXPECT_GT(split(frame(table, {.target = "c0", .lookback = 1})).scaler().of("c0").scale, 0.1);
}

TEST(Split, LargeNumbersDoNotOverflow) {
  Table table;
  std::vector<double> v;
  for (int i = 0; i < 100; ++i) v.push_back(i % 2 ? 1e300 : -1e300);
  table.add("x", v);
  for (const Normalize kind : {Normalize::window, Normalize::standard, Normalize::min_max}) {
    const double scale = split(frame(table, {.target = "x", .lookback = 5, .normalize = kind})).scaler().of("x").scale;
    EXPECT_TRUE(std::isfinite(scale) && scale >= 1e300) << scale;
  }
}

TEST(Split, Refusals) {
  const Frame f = frame(noise(50, 1, 1), {.target = "c0", .lookback = 10, .horizon = 3});
  expect_part(refusal(f, {0.7, 0.7, 0.1}), "make 1.5; together they must be 1");
  expect_part(refusal(f, {1.2, -0.1, -0.1}), "each must lie between 0 and 1");
  expect_part(refusal(f, {std::nan(""), 0.5, 0.5}), "each must lie between 0 and 1");
  expect_part(refusal(f, {0.2, 0.4, 0.4}), "the train part holds no window");
  expect_part(refusal(f, {0.0, 0.5, 0.5}), "the train part holds no window");
  expect_part(refusal(f, {0.94, 0.02, 0.04}), "the validation part holds no window");
  expect_part(refusal(f, {0.98, 0.01, 0.01}), "holds no window: its fraction of 50 rows is less than one row");
  const Frame wide = frame(noise(50, 1, 1), {.target = "c0", .lookback = 10, .stride = 100});
  expect_part(refusal(wide, {0.6, 0.2, 0.2}), "begin only every stride = 100 rows");
  const Split s = split(f, {0.8, 0, 0.2});
  EXPECT_EQ(s.validation.samples(), 0);
  EXPECT_EQ(s.validation.text(), "no rows");
  EXPECT_EQ(split(f, {1, 0, 0}).train.samples(), f.samples());
}

TEST(Split, DroppedWindows) {
  Table table = noise(100, 1, 8);
  std::vector<double> v(100, 2.0);
  for (std::size_t r = 0; r < 100; ++r) v[r] = r % 10 == 9 ? std::nan("") : static_cast<double>(r);
  table.add("gaps", v);
  const Frame f = frame(table, {.target = "gaps", .lookback = 3, .missing = Missing::drop});
  const Split s = split(f);
  Index expected[3] = {0, 0, 0};
  for (Index i = 0; i + 3 < 100; ++i) {
    bool clean = true;
    for (Index r = i; r <= i + 3; ++r) clean = clean && r % 10 != 9;
    if (clean) ++expected[i + 3 < 70 ? 0 : i + 3 < 85 ? 1 : 2];
  }
  EXPECT_EQ(s.train.samples(), expected[0]);
  EXPECT_EQ(s.validation.samples(), expected[1]);
  EXPECT_EQ(s.test.samples(), expected[2]);
  EXPECT_TRUE(std::isfinite(s.scaler().of("gaps").scale));
}

TEST(Framing, JsonThereAndBack) {
  Table table = noise(80, 2, 3);
  table.add("a \"quoted\"\nname", std::vector<double>(80, 1.0));
  const Frame f = frame(table, {.target = "c1",
                                .lookback = 6,
                                .horizon = 2,
                                .stride = 3,
                                .gap = 1,
                                .missing = Missing::drop,
                                .normalize = Normalize::standard});
  const Split s = split(f);
  const std::string json = framing_json(f.framing(), s.scaler());
  Framing framing;
  Scaler scaler;
  framing_from_json(json, framing, scaler);
  EXPECT_EQ(framing, f.framing());
  EXPECT_EQ(scaler, s.scaler());
  // The loaded framing reads a table as the first one did.
  const Part again(frame(table, framing.options()), scaler);
  EXPECT_EQ(again.samples(), f.samples());
  EXPECT_EQ(framing_json(again.frame().framing(), again.scaler()), json);
}

TEST(Framing, HostileJson) {
  const Frame f = frame(noise(80, 2, 3), {.target = "c1", .lookback = 6});
  const std::string good = framing_json(f.framing(), split(f).scaler());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    const std::size_t at = bad.find(from);
    EXPECT_NE(at, std::string::npos);
    return bad.replace(at, from.size(), to);
  };
  std::vector<std::string> cases = {"",
                                    "{",
                                    "[]",
                                    "3",
                                    "null",
                                    "{}",
                                    with("\"lookback\":6", "\"lookback\":0"),
                                    with("\"lookback\":6", "\"lookback\":\"6\""),
                                    with("\"lookback\":6", "\"lookback\":1e99"),
                                    with("\"lookback\":6", "\"lookback\":18446744073709551615"),
                                    with("\"window\"", "\"wndow\""),
                                    with("\"reference\":0.0", "\"reference\":null"),
                                    with("\"column\":\"c0\"", "\"column\":\"c1\""),
                                    with("\"column\":\"c0\"", "\"column\":\"c7\""),
                                    with("\"scale\":", "\"scale\":0.0,\"x\":"),
                                    with("\"scale\":", "\"scale\":-1.0,\"x\":")};
  for (const std::string& bad : cases) {
    Framing framing;
    Scaler scaler;
    try {
      framing_from_json(bad, framing, scaler);
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::format) << bad;
    }
  }
}

}  // namespace
}  // namespace rondo
