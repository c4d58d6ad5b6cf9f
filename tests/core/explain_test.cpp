// explain(): its text for the arrays people have, and its claims about rows against the values themselves.
#include <gtest/gtest.h>

#include "core/trace.h"
#include "rondo/core/array.h"

namespace rondo {
namespace {

Array counting(const Shape& shape) {
  Array out(shape);
  real next = 0;
  for (real& x : out.values()) x = next++;
  return out;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Explain, ASeriesAsOneSample) {
  EXPECT_EQ(explain(counting({10}).reshape({1, 10, 1})),
            R"((1, 10, 1): 1 sample of 10 time steps with 1 feature, as an LSTM reads it
  axis 0 = samples      size 1    one sample is one sequence
  axis 1 = time steps   size 10   one time step is one moment of a sample
  axis 2 = features     size 1    one feature is one value measured at that moment

The original was (10,). reshape moves no value: it counts the same values off anew, last axis fastest.
So in X, this array:
  X[0, t, 0] is original value t
    first: X[0, 0, :] is original value 0  [0.]
    last:  X[0, 9, :] is original value 9  [9.]

An array viewer holds one axis at one index and shows the other two as a table:
  axis 0 at index i: X[i, :, :], a (10, 1) table: one sample; down: time steps, across: features
      the original series, standing upright
  axis 1 at index t: X[:, t, :], a (1, 1) table: one time step of every sample; down: samples, across: features
      original value t, alone
  axis 2 at index f: X[:, :, f], a (1, 10) table: one feature of every sample; down: samples, across: time steps
      the original series, lying on its side)");
}

TEST(Explain, FeaturesInRowsMustBeTransposed) {
  const std::string text = explain(counting({2, 10}).reshape({1, 10, 2}));
  EXPECT_TRUE(
      has(text,
          "Warning: these are the sizes of the original in another order. reshape does not swap axes: it mixed the rows.\n"
          "To swap axes, transpose.\n  type: original.transpose().reshape({1, 10, 2})\n"))
      << text;
  EXPECT_TRUE(has(explain(counting({4, 5, 3}).reshape({4, 3, 5})), "  type: original.transpose({0, 2, 1})\n"));
  EXPECT_FALSE(has(explain(counting({2, 10}).transpose().reshape({1, 10, 2})), "Warning"));
}

TEST(Explain, AnArrayThatIsNoInputYet) {
  EXPECT_EQ(explain(counting({10, 2})),
            R"((10, 2): 2 axes, 20 values
  axis 0 (no name)   size 10
  axis 1 (no name)   size 2

An LSTM needs three axes, (samples, time steps, features). This array can become:
  X.reshape({1, 10, 2})               1 sample of 10 time steps (the rows) with 2 features (the columns)
  X.reshape({10, 2, 1})               10 samples (the rows) of 2 time steps (the columns) with 1 feature
  X.transpose().reshape({1, 2, 10})   1 sample of 2 time steps (the columns) with 10 features (the rows))");
  EXPECT_EQ(explain(Array()), "(0,): 1 axis, 0 values\n  axis 0 (no name)   size 0");
  EXPECT_EQ(explain(Array(Shape{}, {5})), "(): 0 axes, 1 value");
}

TEST(Explain, NamesInAnotherOrder) {
  const std::string text = explain(counting({4, 3, 2}).named({"time steps", "samples", "features"}));
  EXPECT_TRUE(has(text, "  axis 0 = time steps   size 4   an LSTM reads these as samples\n")) << text;
  EXPECT_TRUE(has(text, "  type: X.transpose({1, 0, 2})\n")) << text;
  EXPECT_FALSE(has(explain(counting({4, 3, 2}).named({"houses", "hours", "kW"})), "Warning"));
}

TEST(Explain, OneTimeStepIsNothingToRemember) {
  const std::string text = explain(counting({12, 4}).reshape({12, 1, 4}));
  EXPECT_TRUE(has(text,
                  "Warning: every sample has one time step, so an LSTM has nothing to remember.\n"
                  "  type: X.reshape({12, 4, 1})   if the 4 values are moments of one series: 12 samples of 4 time steps\n"
                  "  type: X.reshape({1, 12, 4})   if the rows are moments: 1 sample of 12 time steps with 4 features\n"))
      << text;
}

TEST(Explain, LargeArraysShowNoValues) {
  const std::string text = explain(Array(Shape{500, 2}, 0.123F).reshape({50, 10, 2}));
  EXPECT_TRUE(has(text, "  X[i, t, :] is original row 10 * i + t: a row became a time step, its columns the features\n"))
      << text;
  EXPECT_TRUE(has(text, "    last:  X[49, 9, :] is original row 499\n")) << text;
  EXPECT_FALSE(has(text, "0.123"));
}

// Every way of making three axes of a small table: what is said about rows holds for the values, and a warning about scrambled
// rows comes exactly when some time step holds parts of rows.
TEST(Explain, ItsClaimsHold) {
  int tables = 0, scrambled = 0;
  for (Index n = 1; n <= 8; ++n) {
    for (Index f = 1; f <= 8; ++f) {
      for (Index s = 1; s <= n * f; ++s) {
        for (Index t = 1; t * s <= n * f; ++t) {
          if (n * f % (s * t) != 0) continue;
          const Array x = counting({n, f}).reshape({s, t, n * f / (s * t)});
          const Index l = x.shape()[2];
          if (x.shape() == x.origin()) continue;
          const Trace trace = traced(x);
          ++tables;
          const auto row_of = [&](Index a, Index b, Index c) { return static_cast<Index>(x(a, b, c)) / f; };
          bool parts = false, whole_steps = true;  // parts: a step with values of two rows, one of them not whole
          for (Index a = 0; a < s; ++a) {
            for (Index b = 0; b < t; ++b) {
              const bool one_row = row_of(a, b, 0) == row_of(a, b, l - 1);
              parts = parts || (!one_row &&
                                (static_cast<Index>(x(a, b, 0)) % f != 0 || static_cast<Index>(x(a, b, l - 1)) % f != f - 1));
              whole_steps = whole_steps && one_row && l == f;
            }
          }
          const std::string where = x.origin().text() + " -> " + x.shape().text() + "\n" + trace.rows;
          EXPECT_EQ(has(trace.rows, "a row became a time step"), whole_steps) << where;
          EXPECT_EQ(has(trace.rows, "straddles"),
                    parts && !(trace.warnings.size() == 1 && has(trace.warnings[0].what, "another order")))
              << where;
          if (parts) {
            ++scrambled;
            EXPECT_FALSE(trace.warnings.empty()) << where;
          }
          if (whole_steps && n > 1) {
            EXPECT_TRUE(has(trace.rows, "last:  X[" + std::to_string(s - 1) + ", " + std::to_string(t - 1) +
                                            ", :] is original row " + std::to_string(row_of(s - 1, t - 1, 0))))
                << where;
          }
          if (has(trace.rows, "a row became a sample")) {
            for (Index a = 0; a < s; ++a) EXPECT_TRUE(row_of(a, 0, 0) == a && row_of(a, t - 1, l - 1) == a) << where;
          }
        }
      }
    }
  }
  EXPECT_GT(tables, 500);
  EXPECT_GT(scrambled, 50);
}

}  // namespace
}  // namespace rondo
