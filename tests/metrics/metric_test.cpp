#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "rondo/core/error.h"
#include "rondo/metrics/classification.h"
#include "rondo/metrics/metric.h"
#include "support/from_json.h"
#include "support/reference.h"

namespace rondo {
namespace {

TEST(Metrics, MeansOverBatchesAreKeras) {
  const auto cases = reference_cases("metrics/reference.json");
  ASSERT_GE(cases.size(), 70u);
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
        const auto mask = mask_of(batch["mask"]);
        const Shape shape = shape_of(batch["shape"]);
        const Index rows = shape.elements() / shape[-1];
        metric->update({y.data(), yhat.data(), rows, static_cast<Index>(y.size()) / rows, shape[-1],
                        mask.empty() ? nullptr : mask.data()});
        const double want = batch["result"].get<double>();
        EXPECT_NEAR(metric->result(), want, 2e-6 * std::max(0.1, std::abs(want)));  // Keras sums in float32
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
  EXPECT_THROW(metrics::AUC({.curve = "roc"}), Error);
  EXPECT_THROW(metrics::Precision({.thresholds = 2.0}), Error);
  EXPECT_THROW(metrics::Recall({.top_k = 0.5}), Error);
  EXPECT_THROW(metrics::TopKCategoricalAccuracy({.k = 0}), Error);
  EXPECT_THROW(metrics::Precision({.class_id = 3.0})->check_widths(3, 3), Error);
  EXPECT_THROW(make_metric("mae")->check_widths(1, 3), Error);
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
