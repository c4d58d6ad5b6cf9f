// The road from a table to a file that forecasts.
#include "rondo/forecast/forecaster.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/layers.h"
#include "support/refused.h"

namespace rondo {
namespace {

// A season of 12 that grows: what a line can say, and a bend that it cannot.
Table series(int rows = 160) {
  Table table;
  std::vector<double> load, heat;
  std::vector<std::string> months;
  for (int i = 0; i < rows; ++i) {
    char month[16];
    std::snprintf(month, sizeof month, "%04d-%02d", 1950 + i / 12, 1 + i % 12);
    months.emplace_back(month);
    load.push_back(100 + 0.5 * i + (10 + 0.05 * i) * std::sin(i * 2 * 3.14159265358979 / 12) + 3 * std::sin(i * i));
    heat.push_back(20 - std::cos(i * 0.7));
  }
  return table.add_text("month", months).add("load", load).add("heat", heat);
}

Split parts(const Table& table, Index horizon = 2) {
  return split(frame(table, {.target = "load", .lookback = 12, .horizon = horizon}));
}

struct TemporaryFile {
  std::string path = (std::filesystem::temp_directory_path() / ("rondo_forecaster_" + std::to_string(::getpid()) + ".keras"));
  ~TemporaryFile() { std::remove(path.c_str()); }
};

std::vector<std::string> shapes(const std::string& layers, bool shortcut = false) {
  const Split s = parts(series());
  const Model model = forecast_network(s.train.frame().framing(), {.layers = layers, .shortcut = shortcut});
  std::vector<std::string> out;
  for (const LayerRef& layer : model.layers()) out.push_back(layer->class_name());
  EXPECT_EQ(model.output_shapes()[0], (Shape{None, 2}));
  return out;
}

TEST(ForecastNetwork, ReadsItsLine) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(shapes("lstm:4"), (Names{"LSTM", "Dense"}));
  EXPECT_EQ(shapes(" LSTM:4 , dropout:0.2, gru : 3"), (Names{"LSTM", "Dropout", "GRU", "Dense"}));
  EXPECT_EQ(shapes("dense:5,lstm:4,dense:3"), (Names{"Dense", "LSTM", "Dense", "Dense"}));
  EXPECT_EQ(shapes("bilstm:4,bigru:2"), (Names{"Bidirectional", "Bidirectional", "Dense"}));
  EXPECT_EQ(shapes("simplernn:4"), (Names{"SimpleRNN", "Dense"}));
  EXPECT_EQ(shapes("dense:5"), (Names{"Dense", "Flatten", "Dense"}));
  EXPECT_EQ(shapes("lstm:4", true).size(), 5u);
}

TEST(ForecastNetwork, SaysWhatIsWrong) {
  const Framing f = parts(series()).train.frame().framing();
  const auto refused = [&](const std::string& layers, Code code, const std::string& words) {
    expect_refused(code, words, [&] { forecast_network(f, {.layers = layers}); });
  };
  refused("lstm:-4", Code::value, "at least 1");
  refused("lstm:0", Code::value, "at least 1");
  refused("lstm:4.5", Code::value, "whole number");
  refused("lstm:4x", Code::value, "whole number");
  refused("lstm:1000000000", Code::value, "1,000,000 units");
  refused("lstm:99999999999999999999999", Code::value, "whole number");
  refused("lstn:4", Code::unsupported, "Did you mean 'lstm'?");
  refused("", Code::value, "no name");
  refused("lstm", Code::value, "no number");
  refused("lstm:4,,gru:2", Code::value, "no name");
  refused("dropout:1", Code::value, "from 0 to below 1");
  refused("dropout:nan", Code::value, "from 0 to below 1");
  refused(std::string(100'000, ','), Code::value, "no name");
}

TEST(Forecaster, StartsAsTheRidgeAutoregression) {
  const Split s = parts(series());
  const Ridge ridge = fit_ridge(s);
  const Model model = make_forecaster(s, {.network = {.layers = "gru:5"}}, ridge);
  const Forecast a = forecast(model, s.test), b = forecast(ridge, s.test);
  // The network computes in single precision, on values near 1; the table's are near 200.
  for (std::size_t i = 0; i < a.values().size(); ++i) EXPECT_NEAR(a.values()[i], b.values()[i], 1e-3);
}

TEST(Forecaster, TakesAdamsRateHoweverItIsSpelt) {
  const Split s = parts(series());
  const Ridge ridge = fit_ridge(s);
  const auto rate = [&](const Recipe& recipe) { return make_forecaster(s, recipe, ridge).optimizer()->learning_rate; };
  EXPECT_EQ(rate({.optimizer = "adam"}), 0.003);
  EXPECT_EQ(rate({.optimizer = "Adam"}), 0.003);
  EXPECT_EQ(rate({.optimizer = "sgd"}), 0.01);  // Keras's own
  EXPECT_EQ(rate({.optimizer = "Adam", .learning_rate = 0.5}), 0.5);
}

TEST(Forecaster, LeavesTheRidgeAutoregressionAsItIs) {
  const Split s = parts(series());
  const Ridge ridge = fit_ridge(s);
  const Recipe recipe{.network = {.layers = "gru:5"}, .epochs = 3, .patience = 0};
  Model model = make_forecaster(s, recipe, ridge);
  fit_forecaster(model, s, recipe);
  const Array& kernel = model.layer("shortcut")->weights().own()[0].value;
  for (std::size_t i = 0; i < ridge.weights.size(); ++i) EXPECT_EQ(kernel.data()[i], static_cast<real>(ridge.weights[i]));
}

TEST(Forecaster, KeepsTheBestEpochTheStartIncluded) {
  const Split s = parts(series());
  const Ridge ridge = fit_ridge(s);
  for (const double rate : {0.01, 10.0}) {
    const Recipe recipe{.network = {.layers = "lstm:8"}, .learning_rate = rate, .epochs = 12, .patience = 4, .min_gain = 0};
    Model model = make_forecaster(s, recipe, ridge);
    const FitReport report = fit_forecaster(model, s, recipe);
    double best = INFINITY;
    for (const EpochReport& e : report.epochs) {
      const bool gains = e.epoch == 0 || e.mae < report.epochs[0].mae;
      EXPECT_EQ(e.best, gains && e.validation_loss < best);
      if (e.best) best = e.validation_loss;
    }
    EXPECT_EQ(report.epochs[static_cast<std::size_t>(report.best_epoch)].validation_loss, best);
    const Logs kept = model.evaluate(s.validation);
    EXPECT_EQ(kept.at("loss"), best);
    // MAE and skill are in the table's units: those that score() gives.
    const EpochReport& e = report.epochs[static_cast<std::size_t>(report.best_epoch)];
    const double mae = score(forecast(model, s.validation), s.validation).mae;
    EXPECT_NEAR(e.mae, mae, 1e-4 * mae);
    EXPECT_NEAR(e.skill, 1 - mae / score(persistence(s.validation), s.validation).mae, 1e-4);
    if (rate == 10.0) {
      EXPECT_EQ(report.best_epoch, 0);
      EXPECT_EQ(report.epochs.size(), 5u);
      EXPECT_TRUE(report.stopped_early);
    }
  }
}

TEST(Forecaster, KeepsTheStartUnlessTheGainIsEvidence) {
  const Split s = parts(series());
  const Ridge ridge = fit_ridge(s, {.alpha = 1000});  // a start that leaves something to gain
  Recipe recipe{.network = {.layers = "lstm:8"}, .learning_rate = 0.01, .epochs = 12, .patience = 12, .min_gain = 0};
  Model model = make_forecaster(s, recipe, ridge);
  const FitReport any = fit_forecaster(model, s, recipe);
  ASSERT_GT(any.best_epoch, 0);
  const EpochReport &start = any.epochs[0], &best = any.epochs[static_cast<std::size_t>(any.best_epoch)];
  const double gain = std::min(1 - best.validation_loss / start.validation_loss, 1 - best.mae / start.mae);
  for (const auto& [share, kept] : {std::pair{0.9 * gain, any.best_epoch}, std::pair{0.99, Index{0}}}) {
    recipe.min_gain = share;
    model = make_forecaster(s, recipe, ridge);
    EXPECT_EQ(fit_forecaster(model, s, recipe).best_epoch, kept) << share;
  }
  recipe.min_gain = 1;
  EXPECT_THROW(fit_forecaster(model, s, recipe), Error);
}

// Every second of 30,000 validation windows: the errors are those of these windows.
TEST(Forecaster, LooksAtEvenlyTakenWindowsOfAVeryLargePart) {
  std::vector<double> v(100'000);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = std::sin(0.1 * static_cast<double>(i)) + static_cast<double>(i % 7);
  const Split s = split(frame(Table().add("v", v), {.target = "v", .lookback = 4}), {0.6, 0.3, 0.1});
  const Recipe recipe{.network = {.layers = "dense:2"}, .epochs = 0};
  Model model = make_forecaster(s, recipe, fit_ridge(s));
  const FitReport report = fit_forecaster(model, s, recipe);
  const Forecast answers = forecast(model, s.validation);
  double sum = 0, flat = 0;
  for (Index i = 0; i < s.validation.samples(); i += 2) {
    sum += std::fabs(answers(i, 0) - s.validation.truth(i, 0));
    flat += std::fabs(v[static_cast<std::size_t>(60'000 + i - 1)] - s.validation.truth(i, 0));
  }
  ASSERT_EQ(s.validation.samples(), 30'000);
  EXPECT_NEAR(report.epochs.at(0).mae, sum / 15'000, 1e-4 * sum / 15'000);
  EXPECT_NEAR(report.epochs.at(0).skill, 1 - sum / flat, 1e-4);
}

TEST(Forecaster, StopsWhenToldAndKeepsTheBest) {
  const Split s = parts(series());
  std::atomic<bool> stop{false};
  const Recipe recipe{.network = {.layers = "lstm:4", .shortcut = false}, .epochs = 50};
  Model model = make_forecaster(s, recipe, {});
  FitHooks hooks;
  hooks.stop = &stop;
  hooks.on_epoch = [&](const EpochReport& e) { stop = e.epoch == 3; };
  const FitReport report = fit_forecaster(model, s, recipe, hooks);
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.epochs.size(), 4u);
  EXPECT_EQ(model.evaluate(s.validation).at("loss"),
            report.epochs[static_cast<std::size_t>(report.best_epoch)].validation_loss);
}

TEST(Forecaster, TrainsWithoutAValidationPart) {
  const Split s = split(frame(series(), {.target = "load", .lookback = 12}), {0.8, 0.0, 0.2});
  const Recipe recipe{.network = {.layers = "lstm:4"}, .epochs = 3, .patience = 1};
  Model model = make_forecaster(s, recipe, fit_ridge(s));
  const FitReport report = fit_forecaster(model, s, recipe);
  EXPECT_EQ(report.best_epoch, 3);
  EXPECT_TRUE(std::isnan(report.epochs[1].validation_loss));
}

TEST(Forecaster, ComesBackFromItsFile) {
  const Table table = series();
  const Split s = parts(table);
  const Recipe recipe{.network = {.layers = "lstm:4"}, .epochs = 2};
  Model model = make_forecaster(s, recipe, fit_ridge(s));
  fit_forecaster(model, s, recipe);
  const auto dates = find_dates(table);
  ASSERT_TRUE(dates);
  const Forecaster saved{model, s.train.frame().framing(), s.scaler(), 12, trained_on(s, &*dates)};
  const TemporaryFile file;
  save_forecaster(saved, file.path);
  const Forecaster again = load_forecaster(file.path);
  EXPECT_EQ(again.framing, saved.framing);
  EXPECT_EQ(again.scaler, saved.scaler);
  EXPECT_EQ(again.season, 12);
  EXPECT_EQ(again.model.weights_digest(), model.weights_digest());
  EXPECT_EQ(again.trained_on.train_end, 112);
  EXPECT_EQ(again.trained_on.validation_end, 136);
  EXPECT_EQ(again.trained_on.train_last, "1959-04");
  EXPECT_EQ(again.trained_on.fingerprint, saved.trained_on.fingerprint);
  EXPECT_EQ(forecast(again.model, Part(frame(table, again.framing.options()), again.scaler)).values(),
            forecast(model, Part(frame(table, saved.framing.options()), saved.scaler)).values());
}

TEST(Forecaster, KnowsWhichRowsItHasSeen) {
  const Table table = series();
  const Split s = parts(table);
  const auto dates = find_dates(table);
  ASSERT_TRUE(dates);
  const Model any = make_forecaster(s, {}, fit_ridge(s));
  const Forecaster f{any, s.train.frame().framing(), s.scaler(), 12, trained_on(s, &*dates)};
  const auto seen = [&](const Table& t) {
    const auto d = find_dates(t);
    return seen_rows(f, t, d ? &*d : nullptr);
  };
  SeenRows rows = seen(table);
  EXPECT_EQ(rows.by, SeenRows::By::values);
  EXPECT_EQ(rows.train_end, 112);
  EXPECT_EQ(rows.validation_end, 136);
  rows = seen(series(200));  // more rows have come
  EXPECT_EQ(rows.by, SeenRows::By::values);
  EXPECT_EQ(rows.validation_end, 136);
  // Only the later rows of the table, and other values in the same months: known by date.
  Table later;
  std::vector<std::string> months;
  std::vector<double> load;
  for (Index r = 100; r < 160; ++r) {
    months.emplace_back(table.column("month").labels[r]);
    load.push_back(table.column("load").numbers[static_cast<std::size_t>(r)] + 1);
  }
  later.add_text("month", months).add("load", load);
  rows = seen(later);
  EXPECT_EQ(rows.by, SeenRows::By::dates);
  EXPECT_EQ(rows.train_end, 12);
  EXPECT_EQ(rows.validation_end, 36);
  // Neither dates nor the same values.
  rows = seen(Table().add("load", std::vector<double>(200, 1.0)));
  EXPECT_EQ(rows.by, SeenRows::By::nothing);
  EXPECT_EQ(rows.validation_end, 0);
}

TEST(Forecaster, RefusesFilesThatAreNone) {
  const TemporaryFile file;
  Sequential model{LSTM(2, {.input_shape = {12, 2}}), Dense(2)};
  save_model(model, file.path);
  expect_refused(Code::format, "no framing", [&] { load_forecaster(file.path); });
  const Split s = parts(series());
  const std::string framing = framing_json(s.train.frame().framing(), s.scaler());
  const auto with = [&](const std::string& more) {
    save_model(model, file.path, {.extra = framing.substr(0, framing.size() - 1) + more + "}"});
    return load_forecaster(file.path);
  };
  EXPECT_EQ(with("").season, 1);  // an older file: no record
  expect_refused(Code::format, "season", [&] { with(R"(,"season":0)"); });
  expect_refused(Code::format, "season", [&] { with(R"(,"season":1e300)"); });
  expect_refused(Code::format, "record", [&] { with(R"(,"trained_on":[])"); });
  expect_refused(Code::format, "rows", [&] {
    with(R"(,"trained_on":{"rows":5,"train_end":9,"validation_end":9,"train_last":"","validation_last":"","fingerprint":1})");
  });
  expect_refused(Code::format, "fingerprint", [&] {
    with(R"(,"trained_on":{"rows":9,"train_end":9,"validation_end":9,"train_last":"","validation_last":"","fingerprint":-1})");
  });
  Sequential other{LSTM(2, {.input_shape = {12, 3}}), Dense(2)};
  save_model(other, file.path, {.extra = framing});
  expect_refused(Code::format, "does not suit", [&] { load_forecaster(file.path); });
}

}  // namespace
}  // namespace rondo
