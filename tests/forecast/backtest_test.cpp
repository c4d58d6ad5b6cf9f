// Cuts end to end, each seeing its own past alone.
#include "rondo/forecast/backtest.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"

namespace rondo {
namespace {

Table airline() { return read_csv(std::string(RONDO_SOURCE_DIR) + "/data/airline-passengers.csv"); }

// Against a split by hand of the same rows.
TEST(Backtest, EachCutIsASplitOfItsOwnPast) {
  const FrameOptions options{.target = "Passengers", .lookback = 12, .horizon = 2};
  const Backtest b = backtest(frame(airline(), options), {.cuts = 4, .test = 0.1, .season = 12});
  ASSERT_EQ(b.cuts.size(), 4U);
  EXPECT_EQ(b.cuts[3].test_end, 144);
  double absolute = 0, squares = 0, scaled = 0;
  Index windows = 0;
  for (std::size_t c = 0; c < 4; ++c) {
    const BacktestCut& cut = b.cuts[c];
    EXPECT_EQ(cut.test_end, 144 - 14 * static_cast<Index>(3 - c));  // 14 rows are a tenth of 144
    EXPECT_EQ(cut.validation_end, cut.test_end - 14);
    EXPECT_EQ(cut.train_end, cut.validation_end - static_cast<Index>(0.15 * static_cast<double>(cut.validation_end)));
    Table past;
    const std::vector<double> v = airline().column("Passengers").numbers;
    past.add("Passengers", std::vector<double>(v.begin(), v.begin() + cut.test_end));
    const double n = static_cast<double>(cut.test_end), train = static_cast<double>(cut.train_end) / n,
                 validation = static_cast<double>(cut.validation_end - cut.train_end) / n;
    const Split s = split(frame(past, options), {train, validation, 1 - train - validation});
    ASSERT_EQ(s.train.end_row(), cut.train_end);
    ASSERT_EQ(s.test.first_row(), cut.validation_end);
    const Ridge ridge = fit_ridge(s);
    const Scores own = score(forecast(ridge, s.test), s.test, {.season = 12});
    EXPECT_EQ(cut.scores.ridge->mae, own.mae);
    EXPECT_EQ(cut.scores.ridge->mase, own.mase);
    EXPECT_EQ(cut.scores.seasonal_naive.mae, score(seasonal_naive(s.test, 12), s.test, {.season = 12}).mae);
    EXPECT_FALSE(cut.scores.model);
    const Forecast f = forecast(ridge, s.test);
    for (Index i = 0; i < f.samples(); ++i) {
      for (Index h = 0; h < 2; ++h) {
        absolute += std::fabs(f(i, h) - s.test.truth(i, h));
        squares += std::pow(f(i, h) - s.test.truth(i, h), 2);
      }
    }
    windows += f.samples();
    scaled += own.mase * static_cast<double>(f.samples());
  }
  EXPECT_EQ(b.all.windows, windows);
  const auto n = static_cast<double>(windows);
  EXPECT_NEAR(b.all.ridge->mae, absolute / n / 2, 1e-12);
  EXPECT_NEAR(b.all.ridge->rmse, std::sqrt(squares / n / 2), 1e-12);
  EXPECT_NEAR(b.all.ridge->mase, scaled / n, 1e-12);
  EXPECT_NEAR((b.all.ridge->mae_by_step[0] + b.all.ridge->mae_by_step[1]) / 2, b.all.ridge->mae, 1e-12);
}

// Rows after a cut's test part are not there: whatever stands in them, no score of an earlier cut changes a bit.
TEST(Backtest, LaterRowsAreNotHeard) {
  const Table table = airline();
  const FrameOptions options{.target = "Passengers", .lookback = 6};
  Index seen = 0;
  const Fitter fit = [&](const Split& s, const Ridge&) -> Model {
    seen = s.train.frame().rows();
    EXPECT_EQ(s.test.end_row(), seen);
    EXPECT_EQ(s.train.frame().label(0), "1949-01");
    set_random_seed(3);
    Sequential model{LSTM(3, {.input_shape = {6, 1}}), Dense(1)};
    model.compile({.optimizer = "adam", .loss = "mse"});
    model.fit(s.train, {.epochs = 2, .validation_source = &s.validation});
    return model;
  };
  const Backtest a = backtest(frame(table, options), {.cuts = 3}, fit);
  EXPECT_EQ(seen, 144);
  std::vector<double> v = table.column("Passengers").numbers;
  for (std::size_t r = static_cast<std::size_t>(a.cuts[1].test_end); r < v.size(); ++r)
    v[r] = -1000 + static_cast<double>(r % 3);
  Table changed;
  std::vector<std::string> months;
  for (Index r = 0; r < 144; ++r) months.emplace_back(table.labels()->labels[r]);
  changed.add_text("Month", months).add("Passengers", v);
  const Backtest b = backtest(frame(changed, options), {.cuts = 3}, fit);
  for (const std::size_t c : {0U, 1U}) {
    EXPECT_EQ(a.cuts[c].scores.model->mae, b.cuts[c].scores.model->mae);
    EXPECT_EQ(a.cuts[c].scores.ridge->rmse, b.cuts[c].scores.ridge->rmse);
    EXPECT_EQ(a.cuts[c].scores.persistence.mase, b.cuts[c].scores.persistence.mase);
  }
  EXPECT_NE(a.cuts[2].scores.ridge->mae, b.cuts[2].scores.ridge->mae);
}

TEST(Backtest, Refusals) {
  const Frame f = frame(airline(), {.target = "Passengers", .lookback = 12});
  const auto refusal = [&](const BacktestOptions& options) -> std::string {
    try {
      backtest(f, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::value);
      return error.what();
    }
    return "no error";
  };
  EXPECT_NE(refusal({.cuts = 0}).find("0 cuts"), std::string::npos);
  EXPECT_NE(refusal({.cuts = 145}).find("145 cuts"), std::string::npos);
  EXPECT_NE(refusal({.cuts = 10}).find("leaves nothing to learn from"), std::string::npos);
  EXPECT_NE(refusal({.test = 0}).find("leaves nothing"), std::string::npos);
  EXPECT_NE(refusal({.test = std::nan("")}).find("leaves nothing"), std::string::npos);
  EXPECT_NE(refusal({.validation = 1}).find("validation is 1"), std::string::npos);
  const std::string early = refusal({.cuts = 9, .test = 0.105});
  EXPECT_NE(early.find("cut 1 of 9, at row "), std::string::npos) << early;
  EXPECT_EQ(refusal({.cuts = 2, .validation = 0}), "no error");
}

}  // namespace
}  // namespace rondo
