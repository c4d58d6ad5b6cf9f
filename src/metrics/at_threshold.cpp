// The best of one ratio where another is at least `value`, over num_thresholds thresholds i / (n - 1) (one: 0.5); 0 where none
// is. What says yes and what is so is counted as in confusion.cpp.
//   sensitivity = recall = TP / (TP + FN)        specificity = TN / (TN + FP)        precision = TP / (TP + FP)
#include "core/words.h"
#include "metrics/base/named.h"
#include "metrics/base/thresholds.h"
#include "rondo/core/error.h"
#include "rondo/metrics/classification.h"

namespace rondo {
namespace {

enum Kind { sensitivity_at_specificity, specificity_at_sensitivity, precision_at_recall, recall_at_precision };
constexpr const char* class_names[] = {"SensitivityAtSpecificity", "SpecificityAtSensitivity", "PrecisionAtRecall",
                                       "RecallAtPrecision"};
constexpr const char* short_names[] = {"sensitivity_at_specificity", "specificity_at_sensitivity", "precision_at_recall",
                                       "recall_at_precision"};
constexpr const char* value_names[] = {"specificity", "sensitivity", "recall", "precision"};

class AtThreshold final : public Metric {
 public:
  explicit AtThreshold(Kind kind) : kind_(kind) {}
  AtThreshold(Kind kind, double value, Index num_thresholds, std::optional<double> class_id)
      : kind_(kind), value_(value), num_thresholds_(num_thresholds), class_id_(class_id) {}
  std::string class_name() const override { return class_names[kind_]; }
  bool more_is_better() const override { return true; }
  void describe(ConfigVisitor& visitor) override {
    visitor.required(value_names[kind_], value_);
    visitor.field("num_thresholds", num_thresholds_, Index(200));
    visitor.field("class_id", class_id_);
  }
  void check() override {
    if (!(value_ >= 0 && value_ <= 1)) {
      fail(Code::value, class_name() + ": " + value_names[kind_] + " must be given, and lies between 0 and 1, got " +
                            short_number(value_) + ".\n  fix: metrics::" + class_name() + "({." + value_names[kind_] +
                            " = 0.9})");
    }
    if (num_thresholds_ < 1 || num_thresholds_ > 1000000)
      fail(Code::value, class_name() + ": num_thresholds lies between 1 and 1000000, got " + std::to_string(num_thresholds_));
    if (class_id_ && !whole_from(*class_id_, 0))
      fail(Code::value, class_name() + ": class_id is a whole number from 0 on, got " + short_number(*class_id_));
    std::vector<double> thresholds(static_cast<std::size_t>(num_thresholds_), 0.5);
    for (std::size_t i = 0; thresholds.size() > 1 && i < thresholds.size(); ++i)
      thresholds[i] = static_cast<double>(i) / static_cast<double>(thresholds.size() - 1);
    counts_.set(thresholds, false, num_thresholds_ > 1);
  }
  void check_widths(Index y_width, Index width) override {
    Metric::check_widths(y_width, width);
    if (class_id_ && *class_id_ >= static_cast<double>(width)) {
      fail(Code::shape, class_name() + ": there is no class " + std::to_string(static_cast<Index>(*class_id_)) +
                            "; the model gives " + std::to_string(width) + " a row, counted from 0");
    }
  }
  void reset() noexcept override { counts_.reset(); }
  void update(const MetricRows& b) noexcept override {
    const Index first = class_id_ ? static_cast<Index>(*class_id_) : 0, last = class_id_ ? first + 1 : b.width;
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      for (Index i = r * b.width + first; i < r * b.width + last; ++i) counts_.add(b.yhat[i], b.y[i] != 0, b.weight(r));
    }
  }
  double result() const noexcept override {
    double best = 0;
    counts_.each(0, [&](std::size_t, const Counts& c) {
      const double recall = ratio(c.tp, c.tp + c.fn);
      const double other = kind_ <= specificity_at_sensitivity ? ratio(c.tn, c.tn + c.fp) : ratio(c.tp, c.tp + c.fp);
      const bool recall_is_asked = kind_ == sensitivity_at_specificity || kind_ == recall_at_precision;
      if ((recall_is_asked ? other : recall) >= value_) best = std::max(best, recall_is_asked ? recall : other);
    });
    return best;
  }

 private:
  Kind kind_;
  double value_ = -1;  // not given
  Index num_thresholds_ = 200;
  std::optional<double> class_id_;
  ThresholdCounts counts_;
};

template <Kind kind>
std::shared_ptr<Metric> make() {
  return std::make_shared<AtThreshold>(kind);
}

template <class Options>
std::shared_ptr<Metric> ready(Kind kind, double value, const Options& o) {
  return named(std::make_shared<AtThreshold>(kind, value, o.num_thresholds, o.class_id), o.name, short_names[kind]);
}

template <Kind kind>
void add() {
  register_names({class_names[kind], short_names[kind]}, make<kind>);
}

}  // namespace

namespace metrics {

SensitivityAtSpecificity::SensitivityAtSpecificity(const SensitivityAtSpecificityOptions& options)
    : MetricRef(ready(sensitivity_at_specificity, options.specificity, options)) {}
SpecificityAtSensitivity::SpecificityAtSensitivity(const SpecificityAtSensitivityOptions& options)
    : MetricRef(ready(specificity_at_sensitivity, options.sensitivity, options)) {}
PrecisionAtRecall::PrecisionAtRecall(const PrecisionAtRecallOptions& options)
    : MetricRef(ready(precision_at_recall, options.recall, options)) {}
RecallAtPrecision::RecallAtPrecision(const RecallAtPrecisionOptions& options)
    : MetricRef(ready(recall_at_precision, options.precision, options)) {}

}  // namespace metrics

}  // namespace rondo

RONDO_REGISTER(metrics, at_threshold) {
  using namespace rondo;
  add<sensitivity_at_specificity>();
  add<specificity_at_sensitivity>();
  add<precision_at_recall>();
  add<recall_at_precision>();
}
