// Counts of what was said (yhat above a threshold) and what is so (y is not 0), number by number, and their ratios:
//   precision = TP / (TP + FP)        recall = TP / (TP + FN)        0 where nothing is divided by nothing
// Several thresholds give as many results. top_k: a number says yes if it is among the k largest of its row (the first of
// equals), and above the threshold if one is given. class_id: only this column counts.
#include <cmath>

#include "core/numbers.h"
#include "core/words.h"
#include "metrics/base/named.h"
#include "metrics/base/thresholds.h"
#include "rondo/core/error.h"
#include "rondo/metrics/classification.h"

namespace rondo {
namespace {

enum Kind { precision, recall, true_positives, false_positives, true_negatives, false_negatives };
constexpr const char* class_names[] = {"Precision",      "Recall",        "TruePositives",
                                       "FalsePositives", "TrueNegatives", "FalseNegatives"};
constexpr const char* short_names[] = {"precision",       "recall",         "true_positives",
                                       "false_positives", "true_negatives", "false_negatives"};

class Confusion final : public Metric {
 public:
  explicit Confusion(Kind kind, const metrics::PrecisionOptions& options = {}) : kind_(kind), o_(options) { book(); }
  std::string class_name() const override { return class_names[kind_]; }
  bool more_is_better() const override { return kind_ != false_positives && kind_ != false_negatives; }
  void describe(ConfigVisitor& visitor) override {
    describe_numbers(visitor, "thresholds", o_.thresholds);
    if (kind_ > recall) return;
    visitor.field("top_k", o_.top_k);
    visitor.field("class_id", o_.class_id);
  }
  void check() override {
    for (const double t : o_.thresholds) {
      if (!(t >= 0 && t <= 1)) fail(Code::value, class_name() + ": thresholds lie between 0 and 1; one is " + short_number(t));
    }
    if (o_.top_k && !whole_from(*o_.top_k, 1))
      fail(Code::value, class_name() + ": top_k is a whole number from 1 on, got " + short_number(*o_.top_k));
    if (o_.class_id && !whole_from(*o_.class_id, 0))
      fail(Code::value, class_name() + ": class_id is a whole number from 0 on, got " + short_number(*o_.class_id));
    book();
  }
  void check_widths(Index y_width, Index width) override {
    Metric::check_widths(y_width, width);
    if (o_.class_id && *o_.class_id >= static_cast<double>(width)) {
      fail(Code::shape, class_name() + ": there is no class " + std::to_string(static_cast<Index>(*o_.class_id)) +
                            "; the model gives " + std::to_string(width) + " a row, counted from 0");
    }
    if (o_.top_k && *o_.top_k > static_cast<double>(width)) {
      fail(Code::shape, class_name() + ": the " + std::to_string(static_cast<Index>(*o_.top_k)) +
                            " largest of a row were asked for (top_k), and the model gives " + std::to_string(width));
    }
  }
  void reset() noexcept override { counts_.reset(); }
  void update(const MetricRows& b) noexcept override {
    const Index first = o_.class_id ? static_cast<Index>(*o_.class_id) : 0;
    const Index last = o_.class_id ? first + 1 : b.width;
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      const real *y = b.y + r * b.width, *yhat = b.yhat + r * b.width;
      for (Index i = first; i < last; ++i) {
        const bool chosen = !o_.top_k || before(yhat, b.width, i) < static_cast<Index>(*o_.top_k);
        counts_.add(chosen ? yhat[i] : not_chosen, y[i] != 0, b.weight(r));
      }
    }
  }
  Index results() const noexcept override { return static_cast<Index>(counts_.size()); }
  double result_at(Index i) const noexcept override {
    const Counts c = counts_.at(static_cast<std::size_t>(i));
    switch (kind_) {
      case precision:
        return ratio(c.tp, c.tp + c.fp);
      case recall:
        return ratio(c.tp, c.tp + c.fn);
      case true_positives:
        return c.tp;
      case false_positives:
        return c.fp;
      case true_negatives:
        return c.tn;
      default:
        return c.fn;
    }
  }
  double result() const noexcept override { return result_at(0); }

 private:
  static constexpr real not_chosen = real(-1e10);  // as in Keras
  void book() {
    counts_.set(o_.thresholds.empty() ? std::vector<double>{o_.top_k ? static_cast<double>(not_chosen) : 0.5}
                                      : static_cast<const std::vector<double>&>(o_.thresholds));
  }
  static Index before(const real* v, Index n, Index i) noexcept {
    Index count = 0;
    for (Index j = 0; j < n; ++j) count += v[j] > v[i] || (v[j] == v[i] && j < i);
    return count;
  }
  Kind kind_;
  metrics::PrecisionOptions o_;
  ThresholdCounts counts_;
};

template <Kind kind>
std::shared_ptr<Metric> make() {
  return std::make_shared<Confusion>(kind);
}

std::shared_ptr<Metric> ready(Kind kind, const metrics::PrecisionOptions& options) {
  return named(std::make_shared<Confusion>(kind, options), options.name, short_names[kind]);
}
std::shared_ptr<Metric> ready(Kind kind, const metrics::TruePositivesOptions& options) {
  return ready(kind, metrics::PrecisionOptions{.thresholds = options.thresholds, .name = options.name});
}

template <Kind kind>
void add() {
  register_names({class_names[kind], short_names[kind]}, make<kind>);
}

}  // namespace

namespace metrics {

Precision::Precision(const PrecisionOptions& options) : MetricRef(ready(precision, options)) {}
Recall::Recall(const RecallOptions& options) : MetricRef(ready(recall, options)) {}
TruePositives::TruePositives(const TruePositivesOptions& options) : MetricRef(ready(true_positives, options)) {}
FalsePositives::FalsePositives(const TruePositivesOptions& options) : MetricRef(ready(false_positives, options)) {}
TrueNegatives::TrueNegatives(const TruePositivesOptions& options) : MetricRef(ready(true_negatives, options)) {}
FalseNegatives::FalseNegatives(const TruePositivesOptions& options) : MetricRef(ready(false_negatives, options)) {}

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
