// The rows after the end of a table.
#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "rondo/forecast/forecast.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"

namespace rondo {
namespace {

Table two(Index rows) {
  Table table;
  std::vector<double> a, b;
  for (Index i = 0; i < rows; ++i) {
    a.push_back(1000 + 3.0 * static_cast<double>(i) + 20 * std::sin(static_cast<double>(i)));
    b.push_back(0.01 * static_cast<double>(i * i % 17));
  }
  return table.add("a", a).add("b", b);
}

// Rows [first, first + count) of every column.
Table rows_of(const Table& table, Index first, Index count) {
  Table out;
  for (const std::string& name : table.names()) {
    const auto begin = table.column(name).numbers.begin() + first;
    out.add(name, std::vector<double>(begin, begin + count));
  }
  return out;
}

struct Made {
  Split split;
  Sequential model;
  Framing framing() const { return split.train.frame().framing(); }
  Forecast next(const Table& table, Index steps) const { return forecast_next(model, framing(), split.scaler(), table, steps); }
};

Made make(const FrameOptions& options) {
  const Split s = split(frame(two(120), options));
  const Framing& f = s.train.frame().framing();
  set_random_seed(2);
  return {s, Sequential{LSTM(4, {.input_shape = {f.lookback, static_cast<Index>(f.features.size())}}),
                        Dense(f.horizon * static_cast<Index>(f.targets.size()))}};
}

std::string refusal(const Made& made, const Table& table, Index steps) {
  try {
    made.next(table, steps);
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

TEST(Next, ReadsNoMoreThanTheLookback) {
  const Table table = two(120);
  for (const Normalize kind : {Normalize::window, Normalize::standard, Normalize::min_max, Normalize::none}) {
    const Made made = make({.target = "a", .lookback = 6, .horizon = 3, .gap = 2, .normalize = kind});
    const Forecast all = forecast_next(made.model, made.split.test), few = made.next(rows_of(table, 114, 6), 3);
    EXPECT_EQ(all.values(), few.values());
    const Forecast two_steps = made.next(table, 2);
    EXPECT_EQ(two_steps.steps(), 2);
    for (Index h = 0; h < 2; ++h) EXPECT_EQ(two_steps(0, h), all(0, h));
  }
}

TEST(Next, FillsForwardFromBeforeTheWindow) {
  const Made made = make({.target = "a", .lookback = 4, .missing = Missing::forward});
  Table gaps, filled;
  const double none = std::nan("");
  gaps.add("a", {10, 20, none, none, 30, HUGE_VAL}).add("b", {none, 1, 2, 3, 4, none});
  filled.add("a", {20, 20, 30, 30}).add("b", {2, 3, 4, 4});
  EXPECT_EQ(made.next(gaps, 1).values(), made.next(filled, 1).values());
  Table nothing;
  nothing.add("a", {none, none, 1, 2}).add("b", {1, 2, 3, 4});
  expect_part(refusal(made, nothing, 1), "column 'a' has a missing value at row 0, in the last 4 rows");
  expect_part(refusal(made, nothing, 1), "bring more rows");
  const Made strict = make({.target = "a", .lookback = 4});
  expect_part(refusal(strict, gaps, 1), "column 'a' has a missing value at row 2, in the last 4 rows");
  expect_part(refusal(strict, gaps, 1), "Missing::forward");
}

// Beyond the horizon: the model read again, with what it said appended to the table by hand.
TEST(Next, BeyondTheHorizonForecastsAreThePast) {
  for (const Normalize kind : {Normalize::window, Normalize::standard}) {
    const Made made = make({.target = {"b", "a"}, .lookback = 5, .horizon = 3, .stride = 2, .normalize = kind});
    Table table = two(120);
    const Forecast all = made.next(table, 8);
    for (Index done = 0; done < 8; done += 3) {
      const Forecast some = made.next(table, 3);
      Table longer;
      for (const char* name : {"a", "b"}) {
        std::vector<double> v = table.column(name).numbers;
        for (Index h = 0; h < 3; ++h) v.push_back(some(0, h, *name == 'a' ? 1 : 0));
        longer.add(name, v);
      }
      for (Index h = 0; h < 3 && done + h < 8; ++h) {
        for (Index k = 0; k < 2; ++k) EXPECT_EQ(all(0, done + h, k), some(0, h, k)) << done + h;
      }
      table = longer;
    }
  }
}

// A lookback shorter than the horizon reads forecasts alone.
TEST(Next, ShortLookback) {
  const Made made = make({.target = {"a", "b"}, .lookback = 2, .horizon = 5});
  const Forecast all = made.next(two(120), 10);
  Table said;
  said.add("a", {all(0, 3, 0), all(0, 4, 0)}).add("b", {all(0, 3, 1), all(0, 4, 1)});
  const Forecast again = made.next(said, 5);
  for (Index h = 0; h < 5; ++h) EXPECT_EQ(again(0, h, 0), all(0, 5 + h, 0));
}

TEST(Next, Refusals) {
  const Table table = two(120);
  const Made made = make({.target = "a", .lookback = 6, .horizon = 3});
  expect_part(refusal(made, table, 4),
              "the model forecasts 3 rows (its horizon), 4 were asked for. Further on, its own forecasts would have to stand "
              "for the past, but it reads 'b', which it does not forecast. Train a model with a horizon of 4.");
  const Made late = make({.target = {"a", "b"}, .lookback = 6, .horizon = 3, .gap = 1});
  expect_part(refusal(late, table, 4), "it leaves 1 row between what it reads and what it forecasts");
  for (const Index steps : {Index{0}, Index{-1}, Index{1'000'001}, std::numeric_limits<Index>::max()})
    expect_part(refusal(made, table, steps), "it must be from 1 to 1,000,000");
  expect_part(refusal(made, rows_of(table, 0, 5), 1), "the model reads 6 rows of the past (its lookback), but the table has 5");
  Table other;
  other.add("a", std::vector<double>(10, 1.0));
  expect_part(refusal(made, other, 1), "no column 'b'");
  other.add_text("b", std::vector<std::string>(10, "x"));
  expect_part(refusal(made, other, 1), "column 'b' is text");
  expect_part(refusal(made, Table(), 1), "has 0");
}

}  // namespace
}  // namespace rondo
