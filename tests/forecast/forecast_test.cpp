// What a model answers, in original units.
#include "rondo/forecast/forecast.h"

#include <gtest/gtest.h>

#include <cmath>

#include "rondo/core/error.h"
#include "rondo/interop/keras.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"

namespace rondo {
namespace {

Table two_columns() {
  Table table;
  std::vector<double> a, b;
  for (int i = 0; i < 120; ++i) {
    a.push_back(1000 + 3.0 * i + 20 * std::sin(i));
    b.push_back(0.01 * i);
  }
  return table.add("a", a).add("b", b);
}

// A model that answers zero forecasts what the normalisation takes zero for: the last known value, the mean, the minimum, zero.
TEST(Forecast, ZeroIsTheReference) {
  for (const Normalize kind : {Normalize::window, Normalize::standard, Normalize::min_max, Normalize::none}) {
    const Split s = split(frame(two_columns(), {.target = {"b", "a"}, .lookback = 6, .horizon = 2, .normalize = kind}));
    Sequential model{LSTM(3, {.input_shape = {6, 2}}), Dense(4)};
    std::vector<Array> weights = model.get_weights();
    for (Array& w : weights) w = Array(w.shape());
    model.set_weights(weights);
    const Forecast f = forecast(model, s.test);
    EXPECT_EQ(f.array().shape(), (Shape{s.test.samples(), 2, 2}));
    const Forecast flat = persistence(s.test);
    for (Index i = 0; i < f.samples(); ++i) {
      for (Index h = 0; h < 2; ++h) {
        for (Index k = 0; k < 2; ++k) {
          const double expected = kind == Normalize::window ? flat(i, h, k) : s.scaler().of(k == 0 ? "b" : "a").reference;
          EXPECT_EQ(f(i, h, k), expected);
        }
      }
    }
  }
}

// The model's answer to the scaled windows, scaled back.
TEST(Forecast, IsPredictScaledBack) {
  const Split s = split(frame(two_columns(), {.target = "a", .lookback = 6, .horizon = 3}));
  set_random_seed(1);
  Sequential model{LSTM(4, {.input_shape = {6, 2}}), Dense(3)};
  const Forecast f = forecast(model, s.test);
  const Frame& windows = s.test.frame();
  for (Index i = 0; i < f.samples(); ++i) {
    Array x(Shape{1, 6, 2}), y(Shape{1, 3});
    real* const px[] = {x.data()};
    real* const py[] = {y.data()};
    s.test.gather(std::span(&i, 1), px, py);
    const Array z = model.predict(x);
    const double last = windows.table().column("a").numbers[static_cast<std::size_t>(windows.last_row(s.test.first() + i))];
    for (Index h = 0; h < 3; ++h) EXPECT_DOUBLE_EQ(f(i, h), z(0, h) * s.scaler().of("a").scale + last);
  }
}

// The forecast after the table's end is the forecast of the last window of a longer table.
TEST(Forecast, Next) {
  const Table table = two_columns();
  for (const Normalize kind : {Normalize::window, Normalize::standard}) {
    const Split s = split(frame(table, {.target = "a", .lookback = 6, .horizon = 2, .gap = 1, .normalize = kind}));
    Table longer;
    for (const char* name : {"a", "b"}) {
      std::vector<double> v = table.column(name).numbers;
      v.insert(v.end(), {1, 2, 3});  // the gap and the targets: never read
      longer.add(name, v);
    }
    set_random_seed(2);
    Sequential model{LSTM(4, {.input_shape = {6, 2}}), Dense(2)};
    const Part all(frame(longer, s.train.frame().framing().options()), s.scaler());
    const Forecast expected = forecast(model, all), next = forecast_next(model, s.test);
    for (Index h = 0; h < 2; ++h) EXPECT_EQ(next(0, h), expected(all.samples() - 1, h));
  }
}

// The whole road, from the table to the weights: other values in the test rows change no bit.
TEST(Forecast, TestRowsChangeNoWeight) {
  const auto digest = [](double factor) {
    Table table = two_columns(), changed;
    for (const char* name : {"a", "b"}) {
      std::vector<double> v = table.column(name).numbers;
      for (std::size_t r = 102; r < v.size(); ++r) v[r] *= factor;
      changed.add(name, v);
    }
    const Split s = split(frame(changed, {.target = "a", .lookback = 6, .horizon = 2}));
    EXPECT_EQ(s.test.first_row(), 102);
    set_random_seed(3);
    Sequential model{LSTM(4, {.input_shape = {6, 2}}), Dense(2)};
    model.compile({.optimizer = "adam", .loss = "mse"});
    model.fit(s.train, {.epochs = 2, .validation_source = &s.validation});
    return model.weights_digest();
  };
  EXPECT_EQ(digest(1), digest(-7));
}

// A model file remembers how its data was read: the loaded model gives the same forecast, in original units.
TEST(Forecast, FromAModelFile) {
  const Table table = two_columns();
  const Split s = split(frame(table, {.target = "a", .lookback = 6, .horizon = 2}));
  set_random_seed(4);
  Sequential model{LSTM(4, {.input_shape = {6, 2}}), Dense(2)};
  const std::vector<std::byte> file =
      save_model(model, SaveOptions{.extra = framing_json(s.train.frame().framing(), s.scaler())});

  LoadReport report;
  const Model loaded = load_model(file, {.report = &report});
  Framing framing;
  Scaler scaler;
  framing_from_json(report.extra, framing, scaler);
  EXPECT_EQ(scaler, s.scaler());
  const Part all(frame(table, framing.options()), scaler);
  const Forecast expected = forecast(model, s.test), f = forecast(loaded, all);
  for (Index i = 0; i < expected.samples(); ++i) {
    for (Index h = 0; h < 2; ++h) EXPECT_EQ(f(s.test.first() + i, h), expected(i, h));
  }
}

TEST(Forecast, WrongModel) {
  const Split s = split(frame(two_columns(), {.target = "a", .lookback = 6, .horizon = 3}));
  Sequential model{LSTM(4, {.input_shape = {6, 2}}), Dense(2)};
  try {
    forecast(model, s.test);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::shape);
    EXPECT_NE(std::string(error.what()).find("End the model with Dense(3)."), std::string::npos) << error.what();
  }
  const Split two = split(s.train.frame(), {0.8, 0, 0.2});
  EXPECT_EQ(forecast(model, two.validation).samples(), 0);
  EXPECT_THROW(persistence(s.test)(0, 3), Error);
  EXPECT_THROW(s.test.truth(s.test.samples(), 0), Error);
  EXPECT_THROW(s.test.original(0, -1), Error);
  EXPECT_THROW(s.test.frame().start(1000), Error);
  Sequential narrow{LSTM(4, {.input_shape = {6, 1}}), Dense(3)};
  EXPECT_THROW(forecast(narrow, s.test), Error);
}

}  // namespace
}  // namespace rondo
