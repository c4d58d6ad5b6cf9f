// Shape errors that teach: every text word for word, and the line it offers does what it says.
#include <gtest/gtest.h>

#include <functional>

#include "model/model_state.h"
#include "rondo/core/error.h"
#include "rondo/data/frame.h"
#include "rondo/layers/bidirectional.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"
#include "rondo/model/model.h"

namespace rondo {
namespace {

std::string message(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::shape);
    return e.what();
  }
  return "no error";
}

const char* const where = "shape error at layer 'lstm' (LSTM, built for (samples, time steps=10, features=2))\n";

// A model for (samples, time steps=10, features=2).
struct ShapeErrors : ::testing::Test {
  Sequential model{LSTM(32, {.input_shape = {10, 2}}), Dense(1)};
  std::string predict(const Array& x) const {
    return message([&] { model.predict(x); });
  }
  std::string predict(const Shape& x) const { return predict(Array(x)); }
  // What fit checks first.
  static std::string targets(const Model& m, const Shape& x, const Shape& y) {
    return message([&] { checked_targets(m.internal(), checked_inputs(m.internal(), {Array(x)}), {Array(y)}); });
  }
};

TEST_F(ShapeErrors, OneSampleOfTwoAxes) {
  const Array X(Shape{10, 2});
  EXPECT_EQ(predict(X),
            std::string(where) +
                "  got:    X (10, 2): 2 axes; an LSTM needs 3: (samples, time steps, features)\n"
                "  likely: X is ONE sample (its axes match time steps=10, features=2)\n"
                "  fix:    X.reshape(1, 10, 2)\n"
                "  means:  1 sample of 10 time steps of 2 features; X.reshape(10, 2, 1) would be 10 samples of 2 time "
                "steps of 1 feature");
  EXPECT_EQ(predict(X.reshape(1, 10, 2)), "no error");
}

TEST_F(ShapeErrors, OneSampleWithSwappedAxes) {
  const Array X(Shape{2, 10});
  EXPECT_EQ(predict(X),
            std::string(where) +
                "  got:    X (2, 10): 2 axes; an LSTM needs 3: (samples, time steps, features)\n"
                "  likely: X is ONE sample whose axes are swapped (they match features=2, time steps=10)\n"
                "  fix:    X.transpose().reshape(1, 10, 2)\n"
                "  means:  1 sample of 10 time steps of 2 features; transpose moves the values, reshape alone would "
                "mix them up");
  EXPECT_EQ(predict(X.transpose().reshape(1, 10, 2)), "no error");
}

TEST_F(ShapeErrors, SamplesLaidFlat) {
  const Array X(Shape{50, 20});
  EXPECT_EQ(predict(X), std::string(where) +
                            "  got:    X (50, 20): 2 axes; an LSTM needs 3: (samples, time steps, features)\n"
                            "  likely: each row of X is one sample laid flat: its 20 values are time steps=10 x features=2\n"
                            "  fix:    X.reshape(50, 10, 2)\n"
                            "  means:  50 samples of 10 time steps of 2 features");
  EXPECT_EQ(predict(X.reshape(50, 10, 2)), "no error");
}

TEST_F(ShapeErrors, ALongTable) {
  const Array X(Shape{500, 2});
  EXPECT_EQ(predict(X), std::string(where) +
                            "  got:    X (500, 2): 2 axes; an LSTM needs 3: (samples, time steps, features)\n"
                            "  likely: X is one long table of 500 rows and 2 columns; the samples are windows of it\n"
                            "  fix:    frame(Table(X), {.target = \"c0\", .lookback = 10})\n"
                            "  means:  490 samples of 10 time steps of 2 features, each with the next value as its target");
  const Frame windows = frame(Table(X), {.target = "c0", .lookback = 10});
  EXPECT_EQ(windows.samples(), 490);
  EXPECT_EQ(model.predict(windows)[0].shape(), (Shape{490, 1}));
}

TEST_F(ShapeErrors, NoAxisOfFeatures) {
  const Array X(Shape{50, 10});
  EXPECT_EQ(predict(X),
            std::string(where) +
                "  got:    X (50, 10): 2 axes; an LSTM needs 3: (samples, time steps, features)\n"
                "  likely: X has no axis of features: each row is a sample of 10 time steps of 1 feature; the model was built "
                "for features=2\n"
                "  fix:    LSTM(32, {.input_shape = {10, 1}})\n"
                "  means:  a model for any number of samples of 10 time steps of 1 feature, with weights of its own; X is then "
                "taken as (50, 10, 1)");
  Sequential fixed{LSTM(32, {.input_shape = {10, 1}}), Dense(1)};
  EXPECT_EQ(fixed.predict(X).shape(), (Shape{50, 1}));
}

TEST_F(ShapeErrors, OneAxis) {
  const Array X(Shape{20});
  EXPECT_EQ(predict(X), std::string(where) +
                            "  got:    X (20,): 1 axis; an LSTM needs 3: (samples, time steps, features)\n"
                            "  likely: X is ONE sample: its 20 values are time steps=10 x features=2\n"
                            "  fix:    X.reshape(1, 10, 2)\n"
                            "  means:  1 sample of 10 time steps of 2 features");
  EXPECT_EQ(predict(X.reshape(1, 10, 2)), "no error");
  EXPECT_EQ(predict(Shape{60}), std::string(where) +
                                    "  got:    X (60,): 1 axis; an LSTM needs 3: (samples, time steps, features)\n"
                                    "  likely: X is 3 samples laid end to end: its 60 values are a multiple of time steps=10 x "
                                    "features=2\n"
                                    "  fix:    X.reshape(3, 10, 2)\n"
                                    "  means:  3 samples of 10 time steps of 2 features");
  EXPECT_EQ(predict(Shape{7}),
            std::string(where) +
                "  got:    X (7,): 1 axis; an LSTM needs 3: (samples, time steps, features)\n"
                "  likely: X has neither samples nor features: 7 values, and one sample of this model has 20\n"
                "  fix:    X.reshape(1, 7, 1)  // for a model with .input_shape = {7, 1}\n"
                "  means:  1 sample of 7 time steps of 1 feature");
}

TEST_F(ShapeErrors, OneLongSeries) {
  Sequential one{LSTM(32, {.input_shape = {10, 1}}), Dense(1)};
  const Array X(Shape{1000});
  EXPECT_EQ(message([&] { one.predict(X); }),
            "shape error at layer 'lstm' (LSTM, built for (samples, time steps=10, features=1))\n"
            "  got:    X (1000,): 1 axis; an LSTM needs 3: (samples, time steps, features)\n"
            "  likely: X is one long series of 1000 values; the samples are windows of it\n"
            "  fix:    frame(Table(X), {.target = \"c0\", .lookback = 10})\n"
            "  means:  990 samples of 10 time steps of 1 feature, each with the next value as its target");
  EXPECT_EQ(one.predict(frame(Table(X), {.target = "c0", .lookback = 10}))[0].shape(), (Shape{990, 1}));
}

TEST_F(ShapeErrors, FourAxes) {
  const Array X(Shape{1, 5, 10, 2});
  EXPECT_EQ(predict(X), std::string(where) +
                            "  got:    X (1, 5, 10, 2): 4 axes; an LSTM needs 3: (samples, time steps, features)\n"
                            "  likely: there are axes too many; the last two match the model's time steps and features\n"
                            "  fix:    X.reshape(5, 10, 2)\n"
                            "  means:  5 samples of 10 time steps of 2 features");
  EXPECT_EQ(predict(X.reshape(5, 10, 2)), "no error");
}

TEST_F(ShapeErrors, WrongNumberOfFeatures) {
  const Array X(Shape{5, 10, 3});
  EXPECT_EQ(predict(X),
            std::string(where) +
                "  got:    X (5, 10, 3) = (samples=5, time steps=10, features=3): features=3 where 2 were expected\n"
                "  likely: the model was built for other data: for 2 features, and X has 3\n"
                "  fix:    LSTM(32, {.input_shape = {10, 3}})\n"
                "  means:  a model for any number of samples of 10 time steps of 3 features, with weights of its own");
  Sequential fixed{LSTM(32, {.input_shape = {10, 3}}), Dense(1)};
  EXPECT_EQ(fixed.predict(X).shape(), (Shape{5, 1}));
}

TEST_F(ShapeErrors, SwappedAxes) {
  const Array X(Shape{5, 2, 10});
  EXPECT_EQ(predict(X),
            std::string(where) +
                "  got:    X (5, 2, 10) = (samples=5, time steps=2, features=10): time steps=2 where 10 were expected, "
                "features=10 where 2 were expected\n"
                "  likely: the axes of X are swapped: (samples, features, time steps)\n"
                "  fix:    X.transpose({0, 2, 1})\n"
                "  means:  5 samples of 10 time steps of 2 features; transpose moves the values, reshape would mix them up");
  EXPECT_EQ(predict(X.transpose({0, 2, 1})), "no error");
  const Array Y(Shape{10, 5, 2});
  EXPECT_EQ(predict(Y),
            std::string(where) +
                "  got:    X (10, 5, 2) = (samples=10, time steps=5, features=2): time steps=5 where 10 were expected\n"
                "  likely: the axes of X are swapped: (time steps, samples, features)\n"
                "  fix:    X.transpose({1, 0, 2})\n"
                "  means:  5 samples of 10 time steps of 2 features; transpose moves the values, reshape would mix them up");
  EXPECT_EQ(predict(Y.transpose({1, 0, 2})), "no error");
}

TEST_F(ShapeErrors, WrongNumberOfTimeSteps) {
  const Array X(Shape{5, 7, 2});
  const std::string got =
      "  got:    X (5, 7, 2) = (samples=5, time steps=7, features=2): time steps=7 where 10 were expected\n"
      "  likely: the model was built for exactly 10 time steps a sample\n";
  EXPECT_EQ(predict(X), where + got +
                            "  fix:    LSTM(32, {.input_shape = {None, 2}})\n"
                            "  means:  any number of time steps of 2 features; the weights are the same. This model, as it is: "
                            "model.build({None, None, 2});");
  Sequential fixed{LSTM(32, {.input_shape = {None, 2}}), Dense(1)};
  fixed.set_weights(model.get_weights());
  EXPECT_EQ(fixed.predict(X).shape(), (Shape{5, 1}));

  SymbolicTensor in = Input({10, 2});
  const Model functional(in, Dense(1)(LSTM(32)(in)));
  EXPECT_EQ(message([&] { functional.predict(X); }), where + got +
                                                         "  fix:    Input({None, 2})\n"
                                                         "  means:  any number of time steps of 2 features; the weights are "
                                                         "the same");

  Sequential one{LSTM(32, {.return_sequences = true, .input_shape = {10, 1}})};
  EXPECT_EQ(message([&] {
              one.predict(Array(Shape{50, 12}));
            }),
            "shape error at layer 'lstm' (LSTM, built for (samples, time steps=10, features=1))\n"
            "  got:    X (50, 12): 2 axes; an LSTM needs 3: (samples, time steps, features)\n"
            "  likely: each row of X is a sample of 12 time steps; the model was built for exactly 10\n"
            "  fix:    LSTM(32, {.return_sequences = true, .input_shape = {None, 1}})\n"
            "  means:  any number of time steps of 1 feature; the weights are the same");
  Sequential any{LSTM(32, {.return_sequences = true, .input_shape = {None, 1}})};
  EXPECT_EQ(any.predict(Array(Shape{50, 12})).shape(), (Shape{50, 12, 32}));
}

TEST_F(ShapeErrors, ATableGivenToAModelThatWaitsForData) {
  Sequential waiting{LSTM(4)};
  EXPECT_EQ(message([&] {
              waiting.predict(Array(Shape{50, 3}));
            }),
            "shape error at layer 'lstm' (LSTM)\n"
            "  got:    X (50, 3): 2 axes; an LSTM needs 3: (samples, time steps, features)\n"
            "  likely: X is a table: 50 rows and 3 columns; either its rows are the time steps of one sample, or each row is a "
            "sample\n"
            "  fix:    X.reshape(1, 50, 3)\n"
            "  means:  1 sample of 50 time steps of 3 features; X.reshape(50, 3, 1) would be 50 samples of 3 time steps of 1 "
            "feature");
  EXPECT_EQ(waiting.predict(Array(Shape{50, 3}).reshape(1, 50, 3)).shape(), (Shape{1, 4}));
}

TEST_F(ShapeErrors, StackedWithoutReturnSequences) {
  EXPECT_EQ(message([] {
              Sequential({LSTM(32, {.input_shape = {10, 2}}), LSTM(16)});
            }),
            "shape error at layer 'lstm_1' (LSTM)\n"
            "  got:    (None, 32) = (samples, features=32) from layer 'lstm': 2 axes; an LSTM needs 3: (samples, time steps, "
            "features)\n"
            "  likely: layer 'lstm' hands on its last time step only: its return_sequences is false\n"
            "  fix:    LSTM(32, {.return_sequences = true, .input_shape = {10, 2}})\n"
            "  means:  'lstm' then hands on every time step: (samples, time steps=10, features=32)");
  EXPECT_EQ(Sequential({LSTM(32, {.return_sequences = true, .input_shape = {10, 2}}), LSTM(16)}).layers().size(), 2u);
  // The layer at fault is named, however far up it is, and the line keeps what else was asked of it.
  EXPECT_NE(message([] {
              Sequential({LSTM(8, {.return_sequences = true, .input_shape = {10, 2}}),
                          LSTM(32, {.activation = "relu", .name = "deep"}), Dense(8), LSTM(16)});
            }).find("fix:    LSTM(32, {.activation = \"relu\", .return_sequences = true, .name = \"deep\"})"),
            std::string::npos);
  EXPECT_NE(message([] {
              Sequential({Bidirectional(LSTM(32), {.input_shape = {10, 2}}), LSTM(16)});
            }).find("fix:    Bidirectional(LSTM(32, {.return_sequences = true}), {.input_shape = {10, 2}})"),
            std::string::npos);
}

TEST_F(ShapeErrors, SamplesInInputShape) {
  EXPECT_EQ(
      message([] {
        Sequential({LSTM(32, {.input_shape = {100, 10, 2}})});
      }),
      "shape error at layer 'lstm' (LSTM)\n"
      "  got:    (None, 100, 10, 2) = (samples, time steps=100, axis 2=10, features=2): 4 axes; an LSTM needs 3: (samples, "
      "time steps, features)\n"
      "  likely: input_shape has 3 sizes; it must not contain the number of samples\n"
      "  fix:    LSTM(32, {.input_shape = {10, 2}})\n"
      "  means:  any number of samples of 10 time steps of 2 features");
  EXPECT_EQ(message([] { Sequential({LSTM(32, {.input_shape = {10}})}); }),
            "shape error at layer 'lstm' (LSTM)\n"
            "  got:    (None, 10) = (samples, features=10): 2 axes; an LSTM needs 3: (samples, time steps, features)\n"
            "  likely: input_shape has 1 size; it must have 2: the time steps and the features of one sample\n"
            "  fix:    LSTM(32, {.input_shape = {10, 1}})\n"
            "  means:  10 time steps of 1 feature; {None, 10} would be any number of time steps of 10 features");
  EXPECT_EQ(Sequential({LSTM(32, {.input_shape = {10, 1}})}).input_shapes()[0], (Shape{None, 10, 1}));
}

TEST_F(ShapeErrors, AStatefulLayerWithoutABatchSize) {
  EXPECT_EQ(message([] {
              Sequential({LSTM(32, {.stateful = true, .input_shape = {10, 2}})});
            }),
            std::string(where) +
                "  got:    (None, 10, 2) = (samples, time steps=10, features=2): the number of samples is not fixed\n"
                "  likely: a stateful layer keeps one state for each sample of a batch, so it must know how many there are\n"
                "  fix:    LSTM(32, {.stateful = true, .batch_size = 32, .input_shape = {10, 2}})\n"
                "  means:  batches of exactly 32 samples, sample i of one batch going on where sample i of the last one ended");
  Sequential fixed{LSTM(32, {.stateful = true, .batch_size = 32, .input_shape = {10, 2}})};
  EXPECT_EQ(fixed.predict(Array(Shape{64, 10, 2})).shape(), (Shape{64, 32}));
}

TEST_F(ShapeErrors, XAndYOfDifferentLength) {
  EXPECT_EQ(targets(model, {5, 10, 2}, {4}),
            "shape error at the targets of model 'sequential'\n"
            "  got:    X has 5 samples, y (4,) has 4 samples\n"
            "  likely: one of them was cut, shifted or framed differently: every sample needs exactly one target\n"
            "  fix:    X = X.slice(0, 0, 4)\n"
            "  means:  the first 4 of 5, if sample i of X still belongs to sample i of y");
  EXPECT_EQ(targets(model, Array(Shape{5, 10, 2}).slice(0, 0, 4).shape(), {4}), "no error");
  EXPECT_NE(targets(model, {5, 10, 2}, {7, 1}).find("fix:    y = y.slice(0, 0, 5)"), std::string::npos);
  Sequential rows{LSTM(32, {.return_sequences = true, .input_shape = {10, 2}}), Dense(1)};
  EXPECT_EQ(targets(rows, {1, 10, 2}, {10, 1}),
            "shape error at the targets of model 'sequential'\n"
            "  got:    X has 1 sample, y (10, 1) has 10 samples\n"
            "  likely: X is ONE sample of 10 time steps, and y holds one row for each of them\n"
            "  fix:    y.reshape(1, 10, 1)\n"
            "  means:  1 sample whose target has 10 time steps: the last recurrent layer needs return_sequences");
  EXPECT_EQ(targets(rows, {1, 10, 2}, {1, 10, 1}), "no error");
}

TEST_F(ShapeErrors, TargetsThatWouldBroadcast) {
  for (const Shape& fine : Shapes{{5}, {5, 1}, {5, 1, 1}}) EXPECT_EQ(targets(model, {5, 10, 2}, fine), "no error");
  EXPECT_EQ(targets(model, {5, 10, 2}, {5, 3}),
            "shape error at the targets of layer 'dense' (Dense, built for (samples, features=32))\n"
            "  got:    y (5, 3); the model's output is (5, 1) = (samples=5, features=1)\n"
            "  likely: y has 3 columns and layer 'dense' gives 1; broadcasting them would train on something else\n"
            "  fix:    Dense(3)\n"
            "  means:  the model forecasts 3 values at a time");
  Sequential three{LSTM(32, {.input_shape = {10, 2}}), Dense(3)};
  EXPECT_EQ(targets(three, {5, 10, 2}, {5, 3}), "no error");

  EXPECT_EQ(targets(model, {5, 10, 2}, {5, 10, 1}),
            "shape error at the targets of layer 'dense' (Dense, built for (samples, features=32))\n"
            "  got:    y (5, 10, 1); the model's output is (5, 1) = (samples=5, features=1)\n"
            "  likely: y holds one row for every time step; the model gives one for every sample\n"
            "  fix:    LSTM(32, {.return_sequences = true, .input_shape = {10, 2}})\n"
            "  means:  'lstm' then hands on every time step, and so does the model");
  Sequential rows{LSTM(32, {.return_sequences = true, .input_shape = {10, 2}}), Dense(1)};
  EXPECT_EQ(targets(rows, {5, 10, 2}, {5, 10, 1}), "no error");
  EXPECT_EQ(targets(rows, {5, 10, 2}, {5, 10}), "no error");
  for (const Shape& y : Shapes{{5}, {5, 1}}) {
    EXPECT_EQ(targets(rows, {5, 10, 2}, y),
              "shape error at the targets of layer 'dense' (Dense, built for (samples, time steps=10, features=32))\n"
              "  got:    y " +
                  y.text() +
                  "; the model's output is (5, 10, 1) = (samples=5, time steps=10, features=1)\n"
                  "  likely: the model gives one row for every time step; y holds one for every sample\n"
                  "  fix:    LSTM(32, {.input_shape = {10, 2}})\n"
                  "  means:  'lstm' then hands on its last time step only: the output is (5, 1)");
  }
  EXPECT_NE(targets(rows, {5, 10, 2}, {5, 12}).find("fix:    y.slice(1, 2, 12)"), std::string::npos);
  EXPECT_NE(targets(rows, {5, 10, 2}, {5, 9}), "no error");
}

TEST_F(ShapeErrors, OtherModels) {
  Sequential dense{Dense(3, {.input_shape = {4}})};
  EXPECT_EQ(message([&] { dense.predict(Array(Shape{4})); }),
            "shape error at layer 'dense' (Dense, built for (samples, features=4))\n"
            "  got:    X (4,): 1 axis; a Dense needs 2: (samples, features)\n"
            "  likely: X is ONE sample\n"
            "  fix:    X.reshape(1, 4)\n"
            "  means:  1 sample of 4 features");
  EXPECT_EQ(dense.predict(Array(Shape{4}).reshape(1, 4)).shape(), (Shape{1, 3}));
  EXPECT_NE(message([&] {
              dense.predict(Array(Shape{5, 3}));
            }).find("fix:    Dense(3, {.input_shape = {3}})"),
            std::string::npos);
  EXPECT_NE(message([&] {
              dense.predict({Array(Shape{5, 4}), Array(Shape{5, 4})});
            }).find("1 input; it was given 2 arrays"),
            std::string::npos);
}

}  // namespace
}  // namespace rondo
