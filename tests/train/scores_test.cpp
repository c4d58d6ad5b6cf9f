// Losses and metrics through fit, evaluate and model files: keys, values, round trips.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "interop/named_arguments.h"
#include "rondo/core/error.h"
#include "rondo/data/sequences.h"
#include "rondo/interop/keras.h"
#include "rondo/layers/dense.h"
#include "rondo/layers/lstm.h"
#include "rondo/layers/masking.h"
#include "rondo/losses/forecast.h"
#include "rondo/losses/overlap.h"
#include "rondo/losses/regression.h"
#include "rondo/metrics/forecast.h"
#include "rondo/metrics/regression.h"
#include "rondo/metrics/segmentation.h"
#include "rondo/model/model.h"
#include "rondo/optimizers/adam.h"
#include "rondo/optimizers/sgd.h"
#include "rondo/regularizers/regularizer.h"
#include "rondo/train/callbacks.h"
#include "support/reference.h"
#include "support/refused.h"

namespace rondo {
namespace {

const Array X = Array{0.1, 0.9, -0.4, 0.3, 0.7, -0.2, 1.1, 0.4, -0.6, 0.5, 0.2, 0.8}.reshape(6, 2);
const Array one_hot = Array{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1}.reshape(6, 3);

Sequential classifier() {
  set_random_seed(3);
  return Sequential({Dense(3, {.activation = "softmax", .input_shape = {2}})});
}

// keras.Model.compile(loss="crossentropy") of 3.15.1 (float32) with these weights, inputs and targets.
TEST(Scores, CrossentropyIsTheOneThatSuits) {
  const Array x = Array{0.5, -1, 1, 2, -0.3, 0.7, 0.1, 0.9}.reshape(4, 2);
  Sequential one({Dense(1, {.activation = "sigmoid", .input_shape = {2}})}),
      three({Dense(3, {.activation = "softmax", .input_shape = {2}})});
  one.set_weights({Array{-1, 1}.reshape(2, 1), Array{0}});
  three.set_weights({Array{-1, -0.6, -0.2, 0.2, 0.6, 1}.reshape(2, 3), Array{0, 0.25, 0.5}});
  for (const char* name : {"crossentropy", "ce", "CE"}) {
    const auto loss = [&](Sequential& model, const Array& y) {
      model.compile({.optimizer = "sgd", .loss = name, .metrics = {"acc"}});
      return model.evaluate(x, y).at("loss");
    };
    EXPECT_NEAR(loss(one, Array{0, 1, 1, 0}), 0.4997592568397522, 1e-6);
    EXPECT_NEAR(loss(three, Array{0, 2, 1, 2}), 0.7856054306030273, 1e-6);
    EXPECT_NEAR(loss(three, Array{0, 2, 1, 2}.reshape(4, 1)), 0.7856054306030273, 1e-6);
    EXPECT_NEAR(loss(three, Array{1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0.5, 0.5}.reshape(4, 3)), 0.8668553829193115, 1e-6);
    EXPECT_THROW(loss(three, Array(Shape{4, 2})), Error);
    EXPECT_THROW(loss(three, Array{0, 2, 1, 3}), Error);
  }
  // It trains to the bits of the loss it stands for, each output with its own, and comes back from a file by its name.
  const auto two = [&](PerOutput<LossRef> losses) {
    const auto in = Input({2});
    const auto yes = Dense(1, {.activation = "sigmoid", .name = "yes"})(in),
               kind = Dense(3, {.activation = "softmax", .name = "kind"})(in);
    Model model({in}, {yes, kind});
    model.set_weights(
        {Array{-1, 1}.reshape(2, 1), Array{0}, Array{-1, -0.6, -0.2, 0.2, 0.6, 1}.reshape(2, 3), Array(Shape{3})});
    model.compile({.optimizer = SGD({.learning_rate = 0.1}), .loss = losses});
    model.fit(x, {Array{0, 1, 1, 0}, Array{0, 2, 1, 2}}, {.batch_size = 2, .epochs = 3});
    return model;
  };
  const Model chosen = two("crossentropy"),
              named = two(std::vector<LossRef>{"binary_crossentropy", "sparse_categorical_crossentropy"});
  EXPECT_EQ(chosen.weights_digest(), named.weights_digest());
  Model loaded = load_model(save_model(chosen));
  EXPECT_EQ(loaded.loss()->key(), "crossentropy");
  const Arrays y{Array{0, 1, 1, 0}, Array{0, 2, 1, 2}};
  EXPECT_EQ(loaded.evaluate(x, y).at("loss"), two("ce").evaluate(x, y).at("loss"));
}

TEST(Scores, SeveralResultsHaveANumberEach) {
  Sequential model = classifier();
  model.compile({.optimizer = "sgd",
                 .loss = "categorical_crossentropy",
                 .metrics = {metrics::F1Score(), metrics::Recall({.thresholds = {0.2, 0.4}, .name = "found"})}});
  const History history = model.fit(X, one_hot, {.epochs = 2});
  for (const char* key : {"f1_score_0", "f1_score_1", "f1_score_2", "found_0", "found_1"}) {
    ASSERT_TRUE(history.history.count(key)) << key;
    EXPECT_EQ(history.history.at(key).size(), 2u);
  }
  EXPECT_EQ(history.history.size(), 6u);
}

TEST(Scores, MetricsComeBackFromAFile) {
  Sequential model = classifier();
  model.compile(
      {.optimizer = "sgd",
       .loss = "categorical_crossentropy",
       .metrics = {
           metrics::F1Score({.average = "macro", .threshold = 0.3}),
           metrics::FBetaScore({.average = "micro", .beta = 2}),
           metrics::SensitivityAtSpecificity({.specificity = 0.4, .num_thresholds = 20, .class_id = 1.0}),
           metrics::SpecificityAtSensitivity({.sensitivity = 0.4}),
           metrics::PrecisionAtRecall({.recall = 0.4}),
           metrics::RecallAtPrecision({.precision = 0.2}),
           metrics::OneHotIoU({.num_classes = 3, .target_class_ids = {0, 2}}),
           metrics::OneHotMeanIoU({.num_classes = 3, .ignore_class = 1.0}),
           metrics::BinaryIoU({.target_class_ids = {1}, .threshold = 0.3}),
           metrics::IoU(
               {.num_classes = 3, .target_class_ids = {1}, .sparse_y_true = false, .sparse_y_pred = false, .name = "second"}),
           metrics::MeanIoU({.num_classes = 3, .sparse_y_true = false, .sparse_y_pred = false}),
           metrics::PearsonCorrelation({.axis = 0, .name = "over_samples"}),
           metrics::ConcordanceCorrelation(),
           metrics::Accuracy({.name = "exact"}),
           "Accuracy",
           "pearson_correlation",
           metrics::AUC({.curve = "pr", .multi_label = true, .num_labels = 3.0, .label_weights = {1, 0.5, 2}}),
           metrics::Precision({.thresholds = {0.2, 0.4}}),
           metrics::R2Score({.class_aggregation = "None", .num_regressors = 1}),
           metrics::LogCoshError(),
           metrics::TruePositives({.thresholds = 0.3})}});
  const Logs before = model.evaluate(X, one_hot);
  EXPECT_EQ(before.size(), 25u);  // two results of precision, three of r2_score
  LoadReport report;
  Model loaded = load_model(std::span<const std::byte>(save_model(model)), {.report = &report});
  EXPECT_TRUE(report.notes.empty()) << report.notes[0];
  EXPECT_EQ(loaded.evaluate(X, one_hot), before);
}

// Keras 3.15.1 (reductions_reference.py): every reduction, masked and weighted by time step.
TEST(Scores, ReductionsInFitAndEvaluateAreKeras) {
  std::ifstream file(std::string(RONDO_SOURCE_DIR) + "/tests/train/reductions.json");
  const nlohmann::json all = nlohmann::json::parse(file);
  const auto array = [&](const char* key, Shape shape) {
    const auto values = reals(all[key]);
    Array out(shape);
    std::copy(values.begin(), values.end(), out.data());
    return out;
  };
  const Array x = array("x", {6, 4, 2}), y = array("y", {6, 4, 1}), weights = array("weights", {6, 4});
  ASSERT_EQ(all["cases"].size(), 20u);
  for (const auto& c : all["cases"]) {
    SCOPED_TRACE(c.dump());
    Sequential model;
    if (c["masked"].get<bool>()) model.add(Masking({.input_shape = {4, 2}}));
    model.add(Dense(1, {.input_shape = {4, 2}}));
    model.set_weights({Array{{0.5}, {-0.25}}, Array{0.125}});
    model.compile(
        {.optimizer = SGD({.learning_rate = 0.02}), .loss = MeanSquaredError({.reduction = c["name"].get<std::string>()})});
    SampleWeight given;
    if (c["weighted"].get<bool>()) given = weights;
    const double wanted = c["evaluate"].get<double>();
    EXPECT_NEAR(model.evaluate(x, y, {.batch_size = 4, .sample_weight = given}).at("loss"), wanted, 1e-5 * std::abs(wanted));
    const History history = model.fit(x, y, {.batch_size = 4, .epochs = 2, .shuffle = false, .sample_weight = given});
    for (std::size_t e = 0; e < 2; ++e)
      EXPECT_NEAR(history.history.at("loss")[e], c["losses"][e].get<double>(), 1e-5 * c["losses"][e].get<double>());
    const auto after = model.get_weights();
    for (std::size_t w = 0; w < 2; ++w) {
      for (Index i = 0; i < after[w].size(); ++i)
        EXPECT_NEAR(after[w].data()[i], c["weights"][w][static_cast<std::size_t>(i)].get<double>(), 1e-5);
    }
  }
}

TEST(Scores, LossesComeBackFromAFile) {
  const std::vector<LossRef> all = {Dice({.reduction = "sum", .axis = {-1}}),
                                    Dice(),
                                    Tversky({.alpha = 0.3, .beta = 0.9, .axis = {0, 1}}),
                                    CategoricalGeneralizedCrossEntropy(),
                                    CategoricalGeneralizedCrossEntropy({.q = 0.75, .reduction = "none"}),
                                    Circle({.gamma = 12, .margin = 0.25}),
                                    MeanSquaredError({.reduction = "mean_with_sample_weight"}),
                                    Huber({.delta = 0.5, .reduction = "mean"}),
                                    CosineSimilarity({.axis = 1}),
                                    SparseCategoricalCrossentropy({.ignore_class = 1.0, .reduction = "sum"}),
                                    Pinball({.quantiles = {0.25, 0.5, 0.75}, .reduction = "sum"})};
  for (const LossRef& loss : all) {
    Sequential model = classifier();
    model.compile({.optimizer = "sgd", .loss = loss});
    const Array y = loss->target_width(3) == 1 ? Array{0, 1, 2, 0, 2, 1}.reshape(6, 1) : one_hot;
    const Logs before = model.evaluate(X, y);
    LoadReport report;
    Model loaded = load_model(std::span<const std::byte>(save_model(model)), {.report = &report});
    ASSERT_TRUE(report.notes.empty()) << loss->class_name() << report.notes[0];
    EXPECT_EQ(loaded.loss()->class_name(), loss->class_name());
    EXPECT_EQ(loaded.loss()->reduction(), loss->reduction());
    EXPECT_EQ(loaded.evaluate(X, y), before) << loss->class_name();
  }
}

// The blank and three letters, a letter for each pair of time steps.
TEST(Scores, CTCLearnsLabelsOfOtherLengths) {
  set_random_seed(1);
  Array x(Shape{4, 6, 3}), y(Shape{4, 3});
  for (Index i = 0; i < 4; ++i) {
    for (Index k = 0; k < 3 - i % 2; ++k) {
      const Index letter = (i + k) % 3;
      y(i, k) = static_cast<real>(letter + 1);
      x(i, 2 * k, letter) = x(i, 2 * k + 1, letter) = 1;
    }
  }
  Sequential model({Masking({.input_shape = {None, 3}}), LSTM(8, {.return_sequences = true}), Dense(4)});
  model.compile({.optimizer = Adam({.learning_rate = 0.05}), .loss = "ctc"});
  const History history = model.fit(x, y, {.epochs = 40});
  EXPECT_LT(history.history.at("loss").back(), 0.3 * history.history.at("loss").front());
  EXPECT_EQ(model.evaluate(x, y, {.threads = 1}), model.evaluate(x, y, {.threads = 4}));
  model.fit(x, y, {.epochs = 1, .sample_weight = Array{1, 0, 2, 1}});
  for (const Array& bad :
       {Array{{1, 2, 0}, {1, 0, 0}, {4, 0, 0}, {1, 0, 0}}, Array{{1, 0, 2}, {1, 0, 0}, {2, 0, 0}, {1, 0, 0}}}) {
    try {
      model.fit(x, bad);
      FAIL();
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("whole numbers from 1 to 3, followed by zeros"), std::string::npos) << e.what();
    }
  }
  // Samples of different lengths are those that are padded and masked.
  Array padded(Shape{2, 6, 3});
  Sequences cut({Array(Shape{6, 3}, 0.5), Array(Shape{4, 3}, 0.25)});
  for (Index t = 0; t < 6; ++t)
    for (Index f = 0; f < 3; ++f) padded(0, t, f) = real(0.5), padded(1, t, f) = t < 4 ? real(0.25) : real(0);
  const Array labels{{1, 2, 2}, {3, 0, 0}};
  EXPECT_NEAR(model.evaluate(cut, labels).at("loss"), model.evaluate(padded, labels).at("loss"), 1e-6);
  EXPECT_EQ(model.fit(cut, labels, {.batch_size = 1, .epochs = 1, .bucket = true}).epoch.size(), 1u);
  model.compile({.optimizer = "adam", .loss = "ctc", .metrics = {"mae"}});
  EXPECT_THROW(model.fit(x, y), Error);
  model.compile({.optimizer = "adam", .loss = SparseCategoricalCrossentropy({.axis = 1})});
  EXPECT_THROW(model.fit(x, Array(Shape{4, 4})), Error);  // across the masked time steps
}

TEST(Scores, NoneDoesNotGoWithPenalties) {
  Sequential model({Dense(1, {.kernel_regularizer = L2(0.1), .input_shape = {2}})});
  model.compile({.optimizer = "sgd", .loss = MeanSquaredError({.reduction = "none"})});
  const Array y(Shape{6, 1});
  EXPECT_NO_THROW(model.evaluate(X, y));
  try {
    model.fit(X, y);
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("reduction = \"sum\""), std::string::npos) << e.what();
  }
}

// keras.metrics.CosineSimilarity(axis=1) of (samples, features) is the one of its documentation.
TEST(Scores, TheLastAxisByItsNumber) {
  const auto values = [&](const char* with) {
    Sequential model = classifier();
    std::vector<MetricRef> metrics;
    for (const std::string name : {"cosine_similarity", "categorical_crossentropy", "pearson_correlation"})
      metrics.push_back(interop::metric_from_text(name + ":name=" + name + with));
    model.compile({.loss = "mse", .metrics = {MetricList(metrics)}});
    Model again = load_model(save_model(model));
    EXPECT_EQ(again.evaluate(X, one_hot), model.evaluate(X, one_hot));
    return model.evaluate(X, one_hot);
  };
  EXPECT_EQ(values(",axis=1"), values(""));
  for (const char* axis : {"0", "-2", "-3"})
    EXPECT_THROW(interop::metric_from_text(std::string("cosine_similarity:axis=") + axis), Error) << axis;
  for (const char* bad : {"cosine_similarity:axis=2", "pearson_correlation:axis=2", "categorical_crossentropy:axis=2"}) {
    Sequential model = classifier();
    model.compile({.loss = "mse", .metrics = {interop::metric_from_text(bad)}});
    expect_refused(Code::unsupported, "which has no axis 2", [&] { model.evaluate(X, one_hot); });
  }
  Sequential steps({LSTM(2, {.return_sequences = true, .input_shape = {3, 2}})});
  steps.compile({.loss = "mse", .metrics = {interop::metric_from_text("cosine_similarity:axis=1")}});
  expect_refused(Code::unsupported, "which is axis 2, not 1.\n  fix: axis = -1", [&] {
    steps.evaluate(Array(Shape{4, 3, 2}), Array(Shape{4, 3, 2}));
  });
}

TEST(Scores, ReductionsOnTheCommandLine) {
  EXPECT_EQ(interop::loss_from_text("mse:reduction=none")->reduction(), Reduction::none);
  EXPECT_EQ(interop::loss_from_text("huber:delta=0.5,reduction=sum")->reduction(), Reduction::sum);
  EXPECT_EQ(interop::loss_from_text("dice")->reduction(), Reduction::sum_over_batch_size);
  EXPECT_THROW(interop::loss_from_text("mse:reduction=3"), Error);
}

TEST(Scores, MonitoringKnowsWhatIsBetter) {
  Sequential model = classifier();
  model.compile({.optimizer = "sgd", .loss = "categorical_crossentropy", .metrics = {metrics::F1Score()}});
  EXPECT_NO_THROW(model.fit(X, one_hot, {.epochs = 1, .callbacks = {EarlyStopping({.monitor = "f1_score_1"})}}));
}

}  // namespace
}  // namespace rondo
