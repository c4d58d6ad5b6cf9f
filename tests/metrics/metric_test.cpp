#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "metrics/base/keras_masks.h"
#include "rondo/core/error.h"
#include "rondo/metrics/classification.h"
#include "rondo/metrics/metric.h"
#include "rondo/metrics/regression.h"
#include "rondo/metrics/segmentation.h"
#include "support/from_json.h"
#include "support/reference.h"

namespace rondo {
namespace {

TEST(Metrics, MeansOverBatchesAreKeras) {
  const auto cases = reference_cases("metrics/reference.json");
  ASSERT_GE(cases.size(), 200u);
  for (const auto& c : cases) {
    const auto metric = make_metric(c["name"].get<std::string>());
    EXPECT_EQ(metric->name(), c["name"].get<std::string>());
    FromJson options(c["options"]);
    metric->describe(options);
    metric->check();
    const Shape first = shape_of(c["batches"][0]["shape"]);
    metric->check_widths(static_cast<Index>(c["batches"][0]["y"].size()) / (first.elements() / first[-1]), first[-1]);
    for (int pass = 0; pass < 2; ++pass) {
      metric->reset();
      for (const auto& batch : c["batches"]) {
        SCOPED_TRACE(c["name"].get<std::string>() + c["options"].dump() + " " + batch["shape"].dump());
        const auto y = reals(batch["y"]), yhat = reals(batch["yhat"]);
        const auto mask = keras_counts_masked(*metric) ? decltype(mask_of(batch["mask"])){} : mask_of(batch["mask"]);
        const Shape shape = shape_of(batch["shape"]);
        const Index rows = shape.elements() / shape[-1];
        MetricRows b{
            y.data(), yhat.data(), rows, static_cast<Index>(y.size()) / rows, shape[-1], mask.empty() ? nullptr : mask.data()};
        const auto weights = batch["weights"].is_null() ? std::vector<real>{} : reals(batch["weights"]);
        if (!weights.empty()) b.weights = weights.data();
        b.sizes = shape.sizes();
        metric->update(b);
        ASSERT_EQ(metric->results(), static_cast<Index>(batch["result"].size()));
        for (std::size_t i = 0; i < batch["result"].size(); ++i) {  // Keras sums in float32
          const double result = metric->result_at(static_cast<Index>(i));
          if (batch["result"][i].is_null()) {
            EXPECT_TRUE(std::isnan(result));
            continue;
          }
          const double want = batch["result"][i].get<double>();
          EXPECT_NEAR(result, want, 2e-6 * std::max(0.1, std::abs(want))) << i;
        }
      }
    }
  }
}

// Keras's rule: one output is binary; one target for several outputs is sparse; otherwise categorical.
TEST(Metrics, AccuracyIsChosenByTheWidths) {
  const auto result = [](std::vector<real> y, std::vector<real> yhat, Index rows) {
    const auto metric = make_metric("accuracy");
    const Index y_width = static_cast<Index>(y.size()) / rows, width = static_cast<Index>(yhat.size()) / rows;
    metric->check_widths(y_width, width);
    metric->reset();
    metric->update({y.data(), yhat.data(), rows, y_width, width});
    return metric->result();
  };
  EXPECT_EQ(result({1, 0, 1, 0}, {real(0.6), real(0.4), real(0.2), real(0.5)}, 4), 0.75);
  EXPECT_EQ(result({2, 0}, {real(0.1), real(0.2), real(0.7), real(0.3), real(0.4), real(0.3)}, 2), 0.5);
  EXPECT_EQ(result({0, 0, 1, 1, 0, 0}, {real(0.1), real(0.2), real(0.7), real(0.3), real(0.4), real(0.3)}, 2), 0.5);
  EXPECT_THROW(make_metric("accuracy")->check_widths(2, 3), Error);
}

TEST(Metrics, AMaskedRowCountsInNone) {
  const real y[] = {1, 0, 1}, yhat[] = {real(0.9), real(0.8), real(0.1)};
  const std::uint8_t mask[] = {1, 0, 1};
  const MetricRows rows{y, yhat, 3, 1, 1, mask};
  for (const auto& [name, want] : std::map<std::string, double>{{"precision", 1}, {"recall", 0.5}, {"false_positives", 0}}) {
    const auto metric = make_metric(name);
    metric->update(rows);
    EXPECT_EQ(metric->result(), want) << name;
  }
}

TEST(Metrics, WeightsWeigh) {
  const real y[] = {1, 0, 1}, yhat[] = {real(0.9), real(0.8), real(0.1)}, weights[] = {2, 1, 0};
  MetricRows rows{y, yhat, 3, 1, 1};
  rows.weights = weights;
  const auto accuracy = make_metric("binary_accuracy"), precision = make_metric("precision");
  accuracy->update(rows);
  precision->update(rows);
  EXPECT_DOUBLE_EQ(accuracy->result(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(precision->result(), 2.0 / 3);
}

TEST(Metrics, OptionsOutOfRangeAreRefused) {
  EXPECT_THROW(metrics::AUC({.num_thresholds = 1}), Error);
  EXPECT_THROW(metrics::AUC({.curve = "rock"}), Error);
  EXPECT_THROW(metrics::Precision({.thresholds = 2.0}), Error);
  EXPECT_THROW(metrics::Recall({.top_k = 0.5}), Error);
  EXPECT_THROW(metrics::TopKCategoricalAccuracy({.k = 0}), Error);
  EXPECT_THROW(metrics::Precision({.class_id = 3.0})->check_widths(3, 3), Error);
  EXPECT_THROW(make_metric("mae")->check_widths(1, 3), Error);
  EXPECT_THROW(metrics::Precision({.thresholds = {0.5, -0.1}}), Error);
  EXPECT_THROW(metrics::Precision({.top_k = 4.0})->check_widths(3, 3), Error);
  EXPECT_THROW(metrics::AUC({.num_labels = 3.0}), Error);
  EXPECT_THROW(metrics::AUC({.multi_label = true, .num_labels = 3.0})->check_widths(2, 2), Error);
  EXPECT_THROW(metrics::AUC({.label_weights = {1, -1}}), Error);
  EXPECT_THROW(metrics::SensitivityAtSpecificity({}), Error);
  EXPECT_THROW(metrics::RecallAtPrecision({.precision = std::nan("")}), Error);
  EXPECT_THROW(metrics::PrecisionAtRecall({.recall = 0.5, .num_thresholds = 0}), Error);
  EXPECT_THROW(metrics::F1Score({.average = "mean"}), Error);
  EXPECT_THROW(metrics::F1Score({.threshold = 0.0}), Error);
  EXPECT_THROW(metrics::FBetaScore({.beta = 0}), Error);
  EXPECT_THROW(metrics::IoU({.num_classes = 2, .target_class_ids = {2}}), Error);
  EXPECT_THROW(metrics::IoU({.num_classes = 2}), Error);
  EXPECT_THROW(metrics::MeanIoU({.num_classes = Index{1} << 60}), Error);
  EXPECT_THROW(metrics::MeanIoU({.num_classes = 3})->check_widths(1, 3), Error);
  EXPECT_THROW(metrics::PearsonCorrelation({.axis = -2}), Error);
  EXPECT_THROW(metrics::PearsonCorrelation()->check_widths(1, 1), Error);
  EXPECT_THROW(metrics::R2Score({.class_aggregation = "mean"}), Error);
  EXPECT_THROW(metrics::R2Score({.num_regressors = -1}), Error);
  for (const char* name : {"IoU", "mean_io_u", "PrecisionAtRecall"}) EXPECT_THROW(make_metric(name)->check(), Error) << name;
}

// Nothing that may come, NaN and classes beyond the known included, does harm.
TEST(Metrics, AnyNumberMayCome) {
  const real nan = std::nanf(""), big = real(1e30);
  const real y[] = {nan, 1, -3, big, 0, 1}, yhat[] = {0, nan, big, -big, 2, real(0.5)};
  const std::vector<MetricRef> all = {
      metrics::MeanIoU({.num_classes = 3}),        metrics::F1Score(),   metrics::AUC(),
      metrics::AUC({.thresholds = {0.3}}),         metrics::Precision(), metrics::Recall({.top_k = 1.0}),
      metrics::PrecisionAtRecall({.recall = 0.5}), metrics::Accuracy(),  metrics::PearsonCorrelation({.axis = 0})};
  for (const MetricRef& metric : all) {
    metric->check_widths(3, 3);
    metric->update({y, yhat, 2, 3, 3});
    metric->update({y, yhat, 0, 3, 3});  // an empty batch
    metric->result_at(metric->results() - 1);
  }
  const MetricRef one = metrics::MeanIoU({.num_classes = 3});
  one->check_widths(3, 3);
  EXPECT_EQ(one->result(), 0);
  one->update({y, yhat, 2, 3, 3});
  EXPECT_NEAR(one->result(), 0, 1e-12);  // (0, 2) alone is known: neither class is met
}

// "Accuracy" by name is the one that suits the shapes, as in Keras; the class is equality.
// keras.metrics.SparseCategoricalCrossentropy(ignore_class=1) of 3.15.1: an ignored row counts as 0, unless rows have weights.
TEST(Metrics, IgnoredRowsCountAsInKeras) {
  const real y[] = {2, 1, 1, 0}, weights[] = {1, 2, 3, 4};
  const real yhat[] = {0.2, 0.3, 0.5, 0.6, 0.3, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4};
  const metrics::SparseCategoricalCrossentropy metric({.ignore_class = 1});
  metric->check();
  metric->update({.y = y, .yhat = yhat, .rows = 4, .y_width = 1, .width = 3});
  EXPECT_NEAR(metric->result(), 0.47428, 1e-6);
  metric->reset();
  metric->update({.y = y, .yhat = yhat, .rows = 4, .y_width = 1, .width = 3, .weights = weights});
  EXPECT_NEAR(metric->result(), 1.10180771, 1e-6);
}

TEST(Metrics, ANumberOfAClassIsNoColumnForEach) {
  for (const MetricRef& metric :
       {MetricRef(metrics::OneHotMeanIoU({.num_classes = 3})),
        MetricRef(metrics::MeanIoU({.num_classes = 3, .sparse_y_true = false, .sparse_y_pred = false}))}) {
    metric->check();
    EXPECT_NO_THROW(metric->check_widths(3, 3));
    EXPECT_THROW(metric->check_widths(1, 3), Error);
  }
}

TEST(Metrics, AccuracyByNameAndByClass) {
  EXPECT_EQ(MetricRef("Accuracy")->class_name(), "accuracy");
  EXPECT_EQ(MetricRef("Accuracy")->name(), "Accuracy");
  EXPECT_EQ(metrics::Accuracy()->class_name(), "Accuracy");
  EXPECT_EQ(metrics::LogCoshError()->name(), "logcosh");
  EXPECT_EQ(metrics::MeanIoU({.num_classes = 2})->name(), "mean_io_u");
  EXPECT_EQ(metrics::Hinge({.name = "mine"})->name(), "mine");
}

TEST(Metrics, AnUnknownNameIsRefusedWithTheNearest) {
  try {
    make_metric("maee");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::unsupported);
    EXPECT_NE(std::string(e.what()).find("mae"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace rondo
