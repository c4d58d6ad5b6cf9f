// Samples of different lengths: what a padded and masked array gives, without the padding.
#include "rondo/data/sequences.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "rondo/data/pad_sequences.h"
#include "rondo/layers/bidirectional.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/embedding.h"
#include "rondo/layers/gru.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/masking.h"
#include "rondo/model/model.h"
#include "rondo/optimizers/sgd.h"
#include "rondo/regularizers/regularizer.h"
#include "support/gradcheck.h"
#include "support/refused.h"

namespace rondo {
namespace {

constexpr Index samples = 30;

struct Data {
  Sequences x, steps;
  Array y;
};

// Lengths 1 to 12; no number is the mask value.
Data data() {
  TestRandom random(1);
  std::vector<Array> x, steps;
  for (Index i = 0; i < samples; ++i) {
    const Index length = 1 + random.below(12);
    x.push_back(random.array({length, 2}, 0.1, 1));
    steps.push_back(random.array({length, 1}));
  }
  return {Sequences(std::move(x)), Sequences(std::move(steps)), random.array({samples, 1})};
}

// With a Masking layer for padded arrays, without for sequences; the same weights.
std::pair<Model, Model> models(bool sequences) {
  const LayerRef a = Bidirectional(LSTM(4, {.activity_regularizer = L2(0.1), .return_sequences = true})),
                 b = GRU(3, {.activity_regularizer = L1(0.1), .return_sequences = sequences}),
                 c = Dense(1, {.activity_regularizer = L2(0.1)});  // not of padding
  const auto make = [&](bool masking) {
    const SymbolicTensor in = Input({None, 2});
    return Model(in, c(b(a(masking ? Masking()(in) : in))));
  };
  return {make(true), make(false)};
}

TEST(Sequences, TrainAsPaddedAndMasked) {
  const Data d = data();
  for (const bool steps : {false, true}) {
    std::vector<History> history;
    std::vector<Logs> logs;
    for (const bool padded : {true, false}) {
      set_random_seed(3);
      auto [masked, plain] = models(steps);
      Model& model = padded ? masked : plain;
      model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}});
      const FitOptions options{.batch_size = 8, .epochs = 3, .validation_split = 0.2, .seed = 5};
      if (padded) {
        const Array y = steps ? d.steps.padded() : d.y;
        history.push_back(model.fit(d.x.padded(), y, options));
        logs.push_back(model.evaluate(d.x.padded(), y, {.batch_size = 8}));
      } else {
        history.push_back(steps ? model.fit(d.x, d.steps, options) : model.fit(d.x, d.y, options));
        logs.push_back(steps ? model.evaluate(d.x, d.steps, {.batch_size = 8}) : model.evaluate(d.x, d.y, {.batch_size = 8}));
      }
    }
    ASSERT_EQ(history[0].history.size(), 4u);
    for (const auto& [key, values] : history[0].history)
      for (std::size_t e = 0; e < values.size(); ++e)
        EXPECT_NEAR(values[e], history[1].history.at(key)[e], 1e-6 * std::abs(values[e])) << key << " " << steps;
    for (const auto& [key, value] : logs[0]) EXPECT_NEAR(value, logs[1].at(key), 1e-6 * std::abs(value)) << key;
  }
}

TEST(Sequences, PredictInTheirOrderWithTheBitsOfEachAlone) {
  const Data d = data();
  auto [masked, model] = models(false);
  auto [masked_steps, each] = models(true);
  for (const Index batch : {1, 7, 64}) {
    const Array y = model.predict(d.x, {.batch_size = batch});
    const Sequences z = each.predict_sequences(d.x, {.batch_size = batch});
    for (Index i = 0; i < samples; ++i) {
      const Array alone = d.x[i].reshape({1, d.x.length(i), 2});
      EXPECT_EQ(y(i, 0), model.predict(alone)(0, 0)) << i;
      const Array rows = each.predict(alone);
      ASSERT_EQ(z.length(i), d.x.length(i));
      EXPECT_EQ(std::memcmp(z[i].data(), rows.data(), static_cast<std::size_t>(rows.size()) * sizeof(real)), 0) << i;
    }
  }
  // A Masking layer in the model adds to what is known of the lengths.
  const Array y = masked.predict(d.x);
  for (Index i = 0; i < samples; ++i) EXPECT_TRUE(std::isfinite(static_cast<double>(y(i, 0))));
}

TEST(Sequences, BucketsAreBatchesOfLikeLength) {
  const Data d = data();
  set_random_seed(3);
  Model model = models(false).second;
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const History a = model.fit(d.x, d.y, {.batch_size = 5, .epochs = 2, .bucket = true, .seed = 1});
  for (const double loss : a.history.at("loss")) EXPECT_TRUE(std::isfinite(loss));
  expect_refused(Code::value, "bucket is for Sequences", [&] { model.fit(d.x.padded(), d.y, {.bucket = true}); });
}

// With weights that stay, an epoch's loss and metrics are means over the same samples, whoever shares a batch with whom; and
// samples keep their targets and weights, and predictions their order. (Of targets for each time step Keras's epoch is a mean
// of means over batches, which regrouping moves; but not where one batch holds all.)
TEST(Sequences, BucketsRegroupTheSameSamples) {
  const Data d = data();
  set_random_seed(3);
  TestRandom random(4);
  const Array weights = random.array({samples}, 0.1, 2);
  for (const bool steps : {false, true}) {
    Model model = models(steps).second;
    model.compile({.optimizer = SGD({.learning_rate = 0}), .loss = "mse", .metrics = {"mae"}, .weighted_metrics = {"mse"}});
    const Array before = steps ? Array() : model.predict(d.x);
    for (const Index batch_size : steps ? std::vector<Index>{samples, 64} : std::vector<Index>{1, 4, 7, 16, 64})
      for (const std::uint64_t seed : {1, 2}) {
        std::vector<History> history;
        for (const bool bucket : {false, true}) {
          const FitOptions options{
              .batch_size = batch_size, .epochs = 2, .sample_weight = weights, .bucket = bucket, .seed = seed};
          history.push_back(steps ? model.fit(d.x, d.steps, options) : model.fit(d.x, d.y, options));
        }
        for (const auto& [key, values] : history[0].history)
          for (std::size_t e = 0; e < values.size(); ++e)
            EXPECT_NEAR(values[e], history[1].history.at(key)[e], 1e-6 * std::abs(values[e])) << key << " " << batch_size;
      }
    if (steps) continue;
    const Array after = model.predict(d.x, {.batch_size = 7});
    for (Index i = 0; i < samples; ++i) EXPECT_EQ(before(i, 0), after(i, 0)) << i;
  }
}

// "crossentropy" learns from the sequences of targets that they are numbers of classes.
TEST(Sequences, ChooseACrossentropy) {
  const auto loss = [](const LossRef& chosen) {
    set_random_seed(0);
    Sequential model{LSTM(3, {.return_sequences = true, .input_shape = {None, 2}}), Dense(3, {.activation = "softmax"})};
    model.compile({.optimizer = "sgd", .loss = chosen});
    TestRandom random(3);
    std::vector<Array> x, y;
    for (const Index length : {2, 5, 3}) {
      x.push_back(random.array({length, 2}));
      y.emplace_back(Shape{length, 1}, static_cast<real>(length % 3));
    }
    return model.fit(Sequences(x), Sequences(y), {.epochs = 2}).history.at("loss");
  };
  EXPECT_EQ(loss("crossentropy"), loss("sparse_categorical_crossentropy"));
}

TEST(Sequences, WeighSamples) {
  const Data d = data();
  set_random_seed(3);
  auto [masked, model] = models(false);
  masked.compile({.loss = "mse"});
  model.compile({.loss = "mse"});
  TestRandom random(9);
  const Array w = random.array({samples}, 0, 1);
  EXPECT_NEAR(model.evaluate(d.x, d.y, {.sample_weight = w}).at("loss"),
              masked.evaluate(d.x.padded(), d.y, {.sample_weight = w}).at("loss"), 1e-6);
}

TEST(Sequences, LieOneBehindTheOtherInAFile) {
  const Array rows = {{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}, {11, 12}};
  const Sequences x = Sequences::from_rows(rows, {1, 3, 2});
  EXPECT_EQ(x.size(), 3);
  EXPECT_EQ(x[1].text(), (Array{{3, 4}, {5, 6}, {7, 8}}.text()));
  EXPECT_EQ(x[2].text(), (Array{{9, 10}, {11, 12}}.text()));
  const Sequences some = x.take({2, 0, 2});
  EXPECT_EQ(some.size(), 3);
  EXPECT_EQ(some[0].text(), x[2].text());
  EXPECT_EQ(some[1].text(), x[0].text());
  EXPECT_EQ(some[2].text(), x[2].text());
  expect_refused(Code::shape, "add up to 5, and there are 6 rows", [&] { Sequences::from_rows(rows, {1, 4}); });
  expect_refused(Code::shape, "up to sample 1 add up to more than the 6 rows", [&] { Sequences::from_rows(rows, {1, 6}); });
  expect_refused(Code::shape, "up to sample 0", [&] { Sequences::from_rows(rows, {1e30}); });
  expect_refused(Code::value, "sample 1 is no whole number", [&] { Sequences::from_rows(rows, {5, 0.5}); });
  expect_refused(Code::value, "sample 0 is no whole number", [&] { Sequences::from_rows(rows, {0, 6}); });
  expect_refused(Code::value, "sample 0 is no whole number", [&] { Sequences::from_rows(rows, {std::nan(""), 6}); });
  expect_refused(Code::shape, "from_rows takes rows", [&] { Sequences::from_rows(rows, {{6}}); });
  expect_refused(Code::value, "no sequence 3; there are 3", [&] { x.take({3}); });
}

// Ids for an Embedding: as the padded array with mask_zero, with targets a sample and targets a time step.
TEST(Sequences, OfIdsTrainAndPredictAsPaddedOnes) {
  TestRandom random(5);
  std::vector<Array> ids, steps;
  std::vector<std::vector<real>> lists;
  for (Index i = 0; i < 20; ++i) {
    const Index length = 1 + random.below(9);
    Array one(Shape{length, 1});
    for (real& id : one.values()) id = static_cast<real>(1 + random.below(6));
    lists.emplace_back(one.values().begin(), one.values().end());
    ids.push_back(std::move(one));
    steps.push_back(random.array({length, 1}));
  }
  const Sequences x(ids), y_steps(steps);
  const Array padded = pad_sequences(lists, {.padding = "post"}), y = random.array({20, 1});
  const auto make = [](bool sequences) {
    set_random_seed(4);
    Sequential model{Embedding(7, 3, {.mask_zero = true}), LSTM(4, {.return_sequences = sequences}), Dense(1)};
    model.build({None, None});
    model.compile({.optimizer = "adam", .loss = "mse"});
    return model;
  };
  Sequential a = make(false), b = make(false);
  const FitOptions options{.batch_size = 6, .epochs = 3};
  const std::vector<double> loss = a.fit(x, y, options).history.at("loss"),
                            other = b.fit(padded, y, options).history.at("loss");
  for (std::size_t i = 0; i < loss.size(); ++i) EXPECT_NEAR(loss[i], other[i], 1e-6);
  const Array p = a.predict(x), q = b.predict(padded);
  for (Index i = 0; i < 20; ++i) EXPECT_NEAR(p(i, 0), q(i, 0), 1e-6);
  EXPECT_NEAR(a.evaluate(x, y).at("loss"), b.evaluate(padded, y).at("loss"), 1e-6);

  Sequential c = make(true), d = make(true);
  const Array targets = pad_sequences(y_steps, {.padding = "post"});
  for (int epoch = 0; epoch < 2; ++epoch)
    EXPECT_NEAR(c.fit(x, y_steps, {.batch_size = 20}).history.at("loss")[0],
                d.fit(padded, targets, {.batch_size = 20}).history.at("loss")[0], 1e-6);
  const Sequences each = c.predict_sequences(x);
  const Array whole = d.predict(padded);
  for (Index i = 0; i < 20; ++i)
    for (Index t = 0; t < x.length(i); ++t) EXPECT_NEAR(each[i](t, 0), whole(i, t, 0), 1e-6);
  a.fit(x, y, {.bucket = true});

  Sequential waiting{Embedding(7, 3, {.mask_zero = true}), LSTM(4)};  // built by its first data
  EXPECT_EQ(waiting.predict(x).shape(), (Shape{20, 4}));

  Sequential plain{Embedding(7, 3, {.input_shape = {None}}), LSTM(4), Dense(1)};
  expect_refused(Code::shape, "fix: .mask_zero = true, and ids from 1", [&] { plain.predict(x); });
  Sequential fixed{Embedding(7, 3, {.mask_zero = true, .input_shape = {9}}), LSTM(4), Dense(1)};
  expect_refused(Code::shape, "fix: Input({None}), which", [&] { fixed.predict(x); });
}

TEST(Sequences, RefuseWhatTheyCannotBe) {
  const Data d = data();
  expect_refused(Code::shape, "same number of features", [] {
    Sequences(std::vector{Array(Shape{2, 2}), Array(Shape{3, 1})});
  });
  expect_refused(Code::shape, "reshape(-1, 1)", [] { Sequences(std::vector{Array(Shape{4})}); });
  Sequential fixed{LSTM(3, {.input_shape = {12, 2}}), Dense(1)};
  fixed.compile({.loss = "mse"});
  expect_refused(Code::shape, "Input({None, 2})", [&] { fixed.fit(d.x, d.y); });
  Model each = models(true).second;
  each.compile({.loss = "mse"});
  expect_refused(Code::shape, "its targets are Sequences", [&] { each.fit(d.x, d.y); });
  expect_refused(Code::shape, "use predict_sequences", [&] { each.predict(d.x); });
  const Sequences back = Sequences::from_padded(d.x.padded(), [&] {
    std::vector<Index> lengths;
    for (Index i = 0; i < samples; ++i) lengths.push_back(d.x.length(i));
    return lengths;
  }());
  for (Index i = 0; i < samples; ++i) EXPECT_EQ(back.length(i), d.x.length(i));
}

}  // namespace
}  // namespace rondo
