// Counts of what was said (yhat above the threshold) and what is so (y is not 0), number by number, and their ratios:
//   precision = TP / (TP + FP)        recall = TP / (TP + FN)        0 where nothing is divided by nothing
// top_k: a number says yes if it is among the k largest of its row (the first of equals), and above the threshold if one is
// given.
#include <cmath>

#include "core/registry.h"
#include "rondo/core/error.h"
#include "rondo/metrics/classification.h"

namespace rondo {
namespace {

enum Kind { precision, recall, true_positives, false_positives, true_negatives, false_negatives };
constexpr const char* class_names[] = {"Precision",      "Recall",        "TruePositives",
                                       "FalsePositives", "TrueNegatives", "FalseNegatives"};
constexpr const char* short_names[] = {"precision",       "recall",         "true_positives",
                                       "false_positives", "true_negatives", "false_negatives"};

bool whole(double v) { return v >= 0 && v <= 1e9 && v == std::floor(v); }

class Confusion final : public Metric {
 public:
  explicit Confusion(Kind kind, const metrics::PrecisionOptions& options = {}) : kind_(kind), o_(options) {}
  std::string class_name() const override { return class_names[kind_]; }
  bool more_is_better() const override { return kind_ != false_positives && kind_ != false_negatives; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("thresholds", o_.thresholds);
    if (kind_ > recall) return;
    visitor.field("top_k", o_.top_k);
    visitor.field("class_id", o_.class_id);
  }
  void check() override {
    if (o_.thresholds && !(*o_.thresholds >= 0 && *o_.thresholds <= 1)) {
      fail(Code::value, class_name() + ": thresholds lies between 0 and 1");
    }
    if (o_.top_k && !(whole(*o_.top_k) && *o_.top_k >= 1))
      fail(Code::value, class_name() + ": top_k is a whole number from 1 on");
    if (o_.class_id && !whole(*o_.class_id)) fail(Code::value, class_name() + ": class_id is a whole number from 0 on");
  }
  void check_widths(Index y_width, Index width) override {
    Metric::check_widths(y_width, width);
    if (o_.class_id && *o_.class_id >= static_cast<double>(width)) {
      fail(Code::shape, class_name() + ": there is no class " + std::to_string(static_cast<Index>(*o_.class_id)) +
                            "; the model gives " + std::to_string(width) + " a row, counted from 0");
    }
  }
  void reset() noexcept override { tp_ = fp_ = tn_ = fn_ = 0; }
  void update(const MetricRows& b) noexcept override {
    const real threshold = static_cast<real>(o_.thresholds.value_or(o_.top_k ? -1e10 : 0.5));
    const Index first = o_.class_id ? static_cast<Index>(*o_.class_id) : 0;
    const Index last = o_.class_id ? first + 1 : b.width;
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      const real *y = b.y + r * b.width, *yhat = b.yhat + r * b.width;
      for (Index i = first; i < last; ++i) {
        const bool said = yhat[i] > threshold && (!o_.top_k || before(yhat, b.width, i) < static_cast<Index>(*o_.top_k));
        double& count = y[i] != 0 ? (said ? tp_ : fn_) : (said ? fp_ : tn_);
        count += b.weight(r);
      }
    }
  }
  double result() const noexcept override {
    const auto share = [this](double rest) { return tp_ + rest == 0 ? 0.0 : tp_ / (tp_ + rest); };
    switch (kind_) {
      case precision:
        return share(fp_);
      case recall:
        return share(fn_);
      case true_positives:
        return tp_;
      case false_positives:
        return fp_;
      case true_negatives:
        return tn_;
      default:
        return fn_;
    }
  }

 private:
  static Index before(const real* v, Index n, Index i) noexcept {
    Index count = 0;
    for (Index j = 0; j < n; ++j) count += v[j] > v[i] || (v[j] == v[i] && j < i);
    return count;
  }
  Kind kind_;
  metrics::PrecisionOptions o_;
  double tp_ = 0, fp_ = 0, tn_ = 0, fn_ = 0;
};

template <Kind kind>
std::shared_ptr<Metric> make() {
  return std::make_shared<Confusion>(kind);
}

std::shared_ptr<Metric> ready(Kind kind, const metrics::PrecisionOptions& options) {
  const auto metric = std::make_shared<Confusion>(kind, options);
  metric->set_name(short_names[kind]);
  metric->check();
  return metric;
}

template <Kind kind>
void add() {
  register_metric(class_names[kind], make<kind>);
  register_metric(short_names[kind], make<kind>);
}

}  // namespace

namespace metrics {

Precision::Precision(const PrecisionOptions& options) : MetricRef(ready(precision, options)) {}
Recall::Recall(const RecallOptions& options) : MetricRef(ready(recall, options)) {}

}  // namespace metrics

}  // namespace rondo

RONDO_REGISTER(metrics, confusion) {
  using namespace rondo;
  add<precision>();
  add<recall>();
  add<true_positives>();
  add<false_positives>();
  add<true_negatives>();
  add<false_negatives>();
}
