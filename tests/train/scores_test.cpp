// Losses and metrics through fit, evaluate and model files: keys, values, round trips.
#include <gtest/gtest.h>

#include <cmath>

#include "rondo/interop/keras.h"
#include "rondo/layers/dense.h"
#include "rondo/metrics/forecast.h"
#include "rondo/metrics/regression.h"
#include "rondo/metrics/segmentation.h"
#include "rondo/model/model.h"
#include "rondo/train/callbacks.h"

namespace rondo {
namespace {

const Array X = Array{0.1, 0.9, -0.4, 0.3, 0.7, -0.2, 1.1, 0.4, -0.6, 0.5, 0.2, 0.8}.reshape(6, 2);
const Array one_hot = Array{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1}.reshape(6, 3);

Sequential classifier() {
  set_random_seed(3);
  return Sequential({Dense(3, {.activation = "softmax", .input_shape = {2}})});
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

TEST(Scores, MonitoringKnowsWhatIsBetter) {
  Sequential model = classifier();
  model.compile({.optimizer = "sgd", .loss = "categorical_crossentropy", .metrics = {metrics::F1Score()}});
  EXPECT_NO_THROW(model.fit(X, one_hot, {.epochs = 1, .callbacks = {EarlyStopping({.monitor = "f1_score_1"})}}));
}

}  // namespace
}  // namespace rondo
