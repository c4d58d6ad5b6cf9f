// Nothing of the test part reaches what is learned. For every road from a table to a trained network: other values in the test
// rows change no bit of the scales, of the ridge regression, of the network's weights, of what is said about an epoch; other
// values in the validation rows change no bit but the choice of alpha and of the epoch.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "rondo/core/error.h"
#include "rondo/forecast/forecaster.h"

namespace rondo {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr Index rows = 200, train_end = 140, validation_end = 170;  // {0.70, 0.15, 0.15}

using Change = std::function<double(double value, Index row)>;

// Three columns; `holes`: missing values in every part, also in the last row of the training part and the first one of the
// test part. Rows from `from` on are changed.
Table series(bool holes, Index from = rows, const Change& change = {}) {
  Table table;
  for (int c = 0; c < 3; ++c) {
    std::vector<double> v;
    for (Index r = 0; r < rows; ++r) {
      const auto t = static_cast<double>(r);
      double value = 40 * c + (c + 1) * std::sin(0.5 * t + c) + 0.02 * t + 0.3 * std::sin(t * t);
      if (holes && (r == 20 + c || r == 143 || (c == 0 && (r == train_end - 1 || r == validation_end)))) value = none;
      v.push_back(r >= from ? change(value, r) : value);
    }
    table.add("c" + std::to_string(c), std::move(v));
  }
  return table;
}

// Numbers that say nothing about those they replace, but leave missing what was missing.
double other(double v, Index r) { return std::isnan(v) ? v : -7 * v + static_cast<double>(r * r % 11); }
double huge(double v, Index r) { return std::isnan(v) ? v : (r % 2 == 0 ? 1e30 : -3e29); }
double infinite(double, Index r) { return r % 2 == 0 ? std::numeric_limits<double>::infinity() : none; }
double zero(double v, Index) { return std::isnan(v) ? v : 0.0; }

struct Road {
  Normalize normalize;
  Missing missing;
  bool several;  // two of three columns as targets, three steps, a gap, a stride
  bool ridge;    // the network starts from it
  std::string text() const {
    return std::string(normalize_name(normalize)) + ", " + std::string(missing_name(missing)) +
           (several ? ", several targets" : "") + (ridge ? ", from ridge" : "");
  }
};

std::vector<Road> roads() {
  std::vector<Road> out;
  for (const Normalize n : {Normalize::window, Normalize::standard, Normalize::min_max, Normalize::none}) {
    for (const Missing m : {Missing::error, Missing::drop, Missing::forward}) {
      for (const bool several : {false, true}) {
        for (const bool ridge : {false, true}) out.push_back({n, m, several, ridge});
      }
    }
  }
  return out;
}

// Everything learned, to the bit.
struct Learned {
  std::string scales;
  std::vector<double> ridge;          // alpha, weights, bias
  std::vector<std::uint64_t> epochs;  // the weights' digest after each
  std::uint64_t kept = 0;             // of the epoch chosen
  std::vector<double> said;           // what the epoch reports say
  std::uint64_t fingerprint = 0;
};

struct Settings {
  std::optional<double> alpha = {};
  Index patience = 2;
};

Learned learn(const Road& road, const Table& table, const Settings& settings = {}) {
  FrameOptions options{.target = "c0", .lookback = 5, .missing = road.missing, .normalize = road.normalize};
  if (road.several) {
    options.target = {"c2", "c0"};
    options.horizon = 3;
    options.stride = 2;
    options.gap = 1;
  }
  const Split s = split(frame(table, options));
  EXPECT_EQ(s.train.end_row(), train_end);
  EXPECT_EQ(s.test.first_row(), validation_end);
  Learned out;
  out.scales = framing_json(s.train.frame().framing(), s.scaler());
  const Ridge ridge = fit_ridge(s, {.alpha = settings.alpha});
  out.ridge = ridge.weights;
  out.ridge.insert(out.ridge.end(), ridge.bias.begin(), ridge.bias.end());
  out.ridge.push_back(ridge.alpha);
  Recipe recipe;
  recipe.network = {.layers = "lstm:3,dropout:0.2,gru:2", .shortcut = road.ridge};
  recipe.loss = "mse";  // every error is heard in full; huber's gradient is the same for all that are large
  recipe.epochs = 4;
  recipe.batch_size = 16;
  recipe.patience = settings.patience;
  recipe.seed = 5;
  recipe.threads = 1;
  Model model = make_forecaster(s, recipe, ridge);
  FitHooks hooks;
  hooks.on_epoch = [&](const EpochReport& e) {
    out.epochs.push_back(model.weights_digest());
    for (const double v : {e.loss, e.validation_loss, e.mae, e.skill}) out.said.push_back(std::isnan(v) ? -1 : v);
  };
  fit_forecaster(model, s, recipe, hooks);
  out.kept = model.weights_digest();
  out.fingerprint = trained_on(s).fingerprint;
  return out;
}

TEST(Leakage, TheTestPartChangesNoBit) {
  for (const Road& road : roads()) {
    SCOPED_TRACE(road.text());
    const bool holes = road.missing != Missing::error;
    const Learned as_it_is = learn(road, series(holes));
    std::vector<Change> changes = {other, huge, zero};
    if (road.missing == Missing::forward) changes.push_back(infinite);
    // Under drop some windows of the test part must be left.
    if (road.missing == Missing::drop) changes.push_back([](double v, Index r) { return r < 182 ? none : other(v, r); });
    for (std::size_t i = 0; i < changes.size(); ++i) {
      SCOPED_TRACE(i);
      const Learned changed = learn(road, series(holes, validation_end, changes[i]));
      ASSERT_EQ(changed.scales, as_it_is.scales);
      ASSERT_EQ(changed.ridge, as_it_is.ridge);
      ASSERT_EQ(changed.epochs, as_it_is.epochs);
      ASSERT_EQ(changed.kept, as_it_is.kept);
      ASSERT_EQ(changed.said, as_it_is.said);
      ASSERT_EQ(changed.fingerprint, as_it_is.fingerprint);
    }
  }
}

// With alpha given and no early stopping, not even the validation part is heard; with them, only in the choice.
TEST(Leakage, TheValidationPartOnlyChooses) {
  for (const Road& road : roads()) {
    SCOPED_TRACE(road.text());
    const bool holes = road.missing != Missing::error;
    const Settings deaf{.alpha = 0.5, .patience = 0};
    const Learned as_it_is = learn(road, series(holes), deaf);
    for (const Change& change : {Change(other), Change(zero)}) {
      const Learned changed = learn(road, series(holes, train_end, change), deaf);
      ASSERT_EQ(changed.scales, as_it_is.scales);
      ASSERT_EQ(changed.ridge, as_it_is.ridge);
      ASSERT_EQ(changed.epochs, as_it_is.epochs);
      ASSERT_NE(changed.said, as_it_is.said);  // it was judged on other values
      // The epoch kept is one of the same epochs, whichever it is.
      ASSERT_NE(std::find(as_it_is.epochs.begin(), as_it_is.epochs.end(), changed.kept), as_it_is.epochs.end());
    }
  }
}

// The counterpart, without which the tests above would prove nothing: the last value of the training part is heard in the
// scales, in the ridge and in the weights.
TEST(Leakage, TheLastTrainingRowIsHeard) {
  const Change last = [](double v, Index r) { return r == train_end - 1 ? v + 5 : v; };
  for (const Road& road : roads()) {
    if (road.missing != Missing::error || road.several) continue;  // (there the last window may end before the last row)
    SCOPED_TRACE(road.text());
    const Learned as_it_is = learn(road, series(false)), changed = learn(road, series(false, train_end - 1, last));
    EXPECT_EQ(changed.scales == as_it_is.scales, road.normalize == Normalize::none);
    EXPECT_NE(changed.ridge, as_it_is.ridge);
    EXPECT_NE(changed.epochs, as_it_is.epochs);
    EXPECT_NE(changed.fingerprint, as_it_is.fingerprint);
  }
}

// No window of the training part reads or answers a row from the cut on, whatever the horizon; and the windows whose targets
// lie on both sides belong to no part.
TEST(Leakage, TargetsThatCrossACut) {
  const Split s = split(frame(series(false), {.target = "c0", .lookback = 5, .horizon = 7, .gap = 2}));
  const Frame& f = s.train.frame();
  for (Index i = 0; i < s.train.samples(); ++i) EXPECT_LT(f.target_row(s.train.first() + i) + 6, train_end);
  EXPECT_EQ(f.target_row(s.train.samples() - 1) + 6, train_end - 1);  // the last one that fits
  EXPECT_EQ(f.target_row(s.validation.first()), train_end);
  EXPECT_EQ(f.target_row(s.test.first()), validation_end);
  EXPECT_EQ(f.samples() - s.train.samples() - s.validation.samples() - s.test.samples(), 2 * 6);
}

// The past is known: a missing first value of the test part is filled from the training side of the cut. The future is not: a
// missing last value before the cut is filled from what is before it, whatever follows.
TEST(Leakage, FillingForwardAcrossACut) {
  Table table;
  std::vector<double> v;
  for (Index r = 0; r < rows; ++r) v.push_back(static_cast<double>(r));
  v[validation_end] = v[train_end - 1] = none;
  table.add("x", v);
  const Split s =
      split(frame(table, {.target = "x", .lookback = 3, .missing = Missing::forward, .normalize = Normalize::none}));
  EXPECT_EQ(s.test.truth(0, 0), static_cast<double>(validation_end - 1));
  EXPECT_EQ(s.train.truth(s.train.samples() - 1, 0), static_cast<double>(train_end - 2));
}

// A value that is missing in the test part is refused where missing values are refused: nothing is learned at all.
TEST(Leakage, ErrorRefusesTheTable) {
  EXPECT_THROW(learn({Normalize::window, Missing::error, false, false}, series(false, validation_end, infinite)), Error);
}

}  // namespace
}  // namespace rondo
