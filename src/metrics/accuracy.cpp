// Accuracies: the share of what is right.
//   binary:            (yhat > threshold) == y, number by number        categorical:  argmax yhat == argmax y, row by row
//   sparse:            argmax yhat == y                                 Accuracy:     yhat == y, number by number
//   top k:             fewer than k numbers of yhat are above the right one
// "accuracy" is one of the first three, chosen by the widths of a row, as in Keras: one output is binary, one target for
// several outputs is sparse, otherwise categorical.
#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "metrics/base/named.h"
#include "rondo/core/error.h"
#include "rondo/metrics/classification.h"

namespace rondo {
namespace {

Index argmax(const real* v, Index n) noexcept { return std::max_element(v, v + n) - v; }

class RightShare : public Metric {
 public:
  bool more_is_better() const override { return true; }
  void reset() noexcept override { right_ = rows_ = 0; }
  void update(const MetricRows& b) noexcept override {
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      right_ += b.weight(r) * right(b.y + r * b.y_width, b.yhat + r * b.width, b.y_width, b.width);
      rows_ += b.weight(r);
    }
  }
  double result() const noexcept override { return rows_ == 0 ? 0.0 : right_ / rows_; }

 protected:
  // The share of the row that is right.
  virtual double right(const real* y, const real* yhat, Index y_width, Index width) const noexcept = 0;
  void want_classes(Index y_width, Index width, bool sparse) const {
    if (width >= 2 && y_width == (sparse ? 1 : width)) return;
    fail(Code::shape, "metric '" + escaped(name()) + "' needs " +
                          (sparse ? "the number of a class for every row" : "one column a class, in the targets too") +
                          ", and two classes at least; the model gives " + std::to_string(width) + " a row, the targets have " +
                          std::to_string(y_width) + ".\n  fix: .metrics = {\"accuracy\"} takes the one that suits");
  }

 private:
  double right_ = 0, rows_ = 0;
};

class BinaryAccuracyMetric : public RightShare {
 public:
  explicit BinaryAccuracyMetric(double threshold = 0.5) : threshold_(threshold) {}
  std::string class_name() const override { return "BinaryAccuracy"; }
  void describe(ConfigVisitor& visitor) override { visitor.field("threshold", threshold_, 0.5); }
  void check() override {
    if (!std::isfinite(threshold_))
      fail(Code::value, "BinaryAccuracy: threshold must be a finite number, got " + short_number(threshold_));
  }
  double right(const real* y, const real* yhat, Index, Index width) const noexcept override {
    const real threshold = static_cast<real>(threshold_);
    Index hits = 0;
    for (Index i = 0; i < width; ++i) hits += y[i] == static_cast<real>(yhat[i] > threshold);
    return static_cast<double>(hits) / static_cast<double>(width);
  }

 private:
  double threshold_;
};

class AccuracyMetric final : public RightShare {
 public:
  std::string class_name() const override { return "Accuracy"; }
  double right(const real* y, const real* yhat, Index, Index width) const noexcept override {
    Index hits = 0;
    for (Index i = 0; i < width; ++i) hits += y[i] == yhat[i];
    return static_cast<double>(hits) / static_cast<double>(width);
  }
};

class CategoricalAccuracyMetric : public RightShare {
 public:
  std::string class_name() const override { return "CategoricalAccuracy"; }
  void check_widths(Index y_width, Index width) override { want_classes(y_width, width, false); }
  double right(const real* y, const real* yhat, Index, Index width) const noexcept override {
    return argmax(y, width) == argmax(yhat, width);
  }
};

class SparseCategoricalAccuracyMetric : public RightShare {
 public:
  std::string class_name() const override { return "SparseCategoricalAccuracy"; }
  void check_widths(Index y_width, Index width) override { want_classes(y_width, width, true); }
  double right(const real* y, const real* yhat, Index, Index width) const noexcept override {
    return static_cast<double>(*y) == static_cast<double>(argmax(yhat, width));
  }
};

class ChosenAccuracyMetric final : public RightShare {
 public:
  std::string class_name() const override { return "accuracy"; }
  void check_widths(Index y_width, Index width) override {
    if (y_width != 1 || width == 1) Metric::check_widths(y_width, width);
  }
  double right(const real* y, const real* yhat, Index y_width, Index width) const noexcept override {
    if (width == 1) return y[0] == static_cast<real>(yhat[0] > real(0.5));
    if (y_width == 1) return static_cast<double>(*y) == static_cast<double>(argmax(yhat, width));
    return argmax(y, width) == argmax(yhat, width);
  }
};

class TopKMetric final : public RightShare {
 public:
  explicit TopKMetric(bool sparse, Index k = 5) : sparse_(sparse), k_(k) {}
  std::string class_name() const override { return sparse_ ? "SparseTopKCategoricalAccuracy" : "TopKCategoricalAccuracy"; }
  void describe(ConfigVisitor& visitor) override { visitor.field("k", k_, Index(5)); }
  void check() override {
    if (k_ < 1) fail(Code::value, class_name() + ": k must be 1 or more, got " + std::to_string(k_));
  }
  void check_widths(Index y_width, Index width) override { want_classes(y_width, width, sparse_); }
  double right(const real* y, const real* yhat, Index, Index width) const noexcept override {
    if (sparse_ && !(*y >= 0 && static_cast<double>(*y) < static_cast<double>(width))) return 0;
    const Index target = sparse_ ? static_cast<Index>(*y) : argmax(y, width);
    Index above = 0;
    for (Index i = 0; i < width; ++i) above += yhat[i] > yhat[target];
    return above < k_;
  }

 private:
  bool sparse_;
  Index k_;
};

template <class T>
std::shared_ptr<Metric> make() {
  return std::make_shared<T>();
}
std::shared_ptr<Metric> make_top_k() { return std::make_shared<TopKMetric>(false); }
std::shared_ptr<Metric> make_sparse_top_k() { return std::make_shared<TopKMetric>(true); }

}  // namespace

namespace metrics {

BinaryAccuracy::BinaryAccuracy(const BinaryAccuracyOptions& options)
    : MetricRef(named(std::make_shared<BinaryAccuracyMetric>(options.threshold), options.name, "binary_accuracy")) {}
TopKCategoricalAccuracy::TopKCategoricalAccuracy(const TopKCategoricalAccuracyOptions& options)
    : MetricRef(named(std::make_shared<TopKMetric>(false, options.k), options.name, "top_k_categorical_accuracy")) {}
SparseTopKCategoricalAccuracy::SparseTopKCategoricalAccuracy(const TopKCategoricalAccuracyOptions& options)
    : MetricRef(named(std::make_shared<TopKMetric>(true, options.k), options.name, "sparse_top_k_categorical_accuracy")) {}

}  // namespace metrics

}  // namespace rondo

RONDO_REGISTER(metrics, accuracy) {
  using namespace rondo;
  register_names({"accuracy", "acc"}, make<ChosenAccuracyMetric>);
  register_names({"Accuracy"}, make<AccuracyMetric>);
  register_names({"binary_accuracy", "BinaryAccuracy"}, make<BinaryAccuracyMetric>);
  register_names({"categorical_accuracy", "CategoricalAccuracy"}, make<CategoricalAccuracyMetric>);
  register_names({"sparse_categorical_accuracy", "SparseCategoricalAccuracy"}, make<SparseCategoricalAccuracyMetric>);
  register_names({"top_k_categorical_accuracy", "TopKCategoricalAccuracy"}, make_top_k);
  register_names({"sparse_top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy"}, make_sparse_top_k);
}
