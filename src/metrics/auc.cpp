// AUC: the area under a curve of two ratios, at thresholds t[0] < ... < t[n-1], yhat > t saying yes, as Keras sums it. The
// first threshold is below all and the last above all; those between are i / (n - 1), or given.
//   ROC: y = TP / (TP + FN) over x = FP / (FP + TN)        PR: y = TP / (TP + FP) over x = TP / (TP + FN)
//   PRGAIN, with g = (TP + FN) / (TN + FP): y = 1 - g FP / TP over x = max(1 - g FN / TP, 0); 1 over 0 where TP = 0
//   area = sum of (x[i] - x[i+1]) h,  h the mean of y[i] and y[i+1] (interpolation), the smaller (minoring), the larger
//     (majoring)
//   PR with interpolation (Davis and Goadrich 2006), p = TP + FP, slope = dTP / dp, c = TP[i+1] - slope p[i+1]:
//     area = sum of slope (dTP + c log(p[i] / p[i+1])) / (TP[i+1] + FN[i+1])
// multi_label: an area for every column; the result is their mean, weighted by label_weights. Otherwise label_weights weigh the
// numbers of each column.
#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "metrics/base/named.h"
#include "metrics/base/thresholds.h"
#include "rondo/core/error.h"
#include "rondo/metrics/classification.h"

namespace rondo {
namespace {

class AUCMetric final : public Metric {
 public:
  explicit AUCMetric(const metrics::AUCOptions& options = {}) : o_(options) { AUCMetric::check(); }
  std::string class_name() const override { return "AUC"; }
  bool more_is_better() const override { return true; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("num_thresholds", o_.num_thresholds, Index(200));
    visitor.field("curve", o_.curve, "ROC");
    visitor.field("summation_method", o_.summation_method, "interpolation");
    visitor.field("multi_label", o_.multi_label, false);
    visitor.field("num_labels", o_.num_labels);
    visitor.field("label_weights", o_.label_weights, {});
    visitor.field("from_logits", o_.from_logits, false);
    visitor.field("thresholds", o_.thresholds, {});
  }
  void check() override {
    one_of("curve", o_.curve, {"ROC", "PR", "PRGAIN"});
    one_of("summation_method", o_.summation_method, {"interpolation", "minoring", "majoring"});
    if (o_.thresholds.empty() && (o_.num_thresholds < 2 || o_.num_thresholds > 1000000)) {
      fail(Code::value, "AUC: num_thresholds lies between 2 and 1000000, got " + std::to_string(o_.num_thresholds));
    }
    for (const double t : o_.thresholds) {
      if (!(t >= 0 && t <= 1)) fail(Code::value, "AUC: thresholds lie between 0 and 1; one is " + short_number(t));
    }
    for (const double w : o_.label_weights) {
      if (!(w >= 0 && std::isfinite(w)))
        fail(Code::value, "AUC: label_weights are numbers from 0 on; one is " + short_number(w));
    }
    if (o_.num_labels && !o_.multi_label) fail(Code::value, "AUC: num_labels is for multi_label = true alone");
    if (o_.num_labels && !whole_from(*o_.num_labels, 1))
      fail(Code::value, "AUC: num_labels is a whole number from 1 on, got " + short_number(*o_.num_labels));
    std::vector<double> thresholds = o_.thresholds;
    std::sort(thresholds.begin(), thresholds.end());
    const bool even = thresholds.empty();
    for (Index i = 1; even && i + 1 < o_.num_thresholds; ++i)
      thresholds.push_back(static_cast<double>(i) / static_cast<double>(o_.num_thresholds - 1));
    counts_.set(std::move(thresholds), true, even);
    columns_ = 1;
  }
  void check_widths(Index y_width, Index width) override {
    Metric::check_widths(y_width, width);
    const auto fits = [&](const char* what, double n) {
      if (n != static_cast<double>(width))
        fail(Code::shape, std::string("AUC: ") + what + " says " + std::to_string(static_cast<Index>(n)) +
                              " labels, the model gives " + std::to_string(width));
    };
    if (o_.num_labels) fits("num_labels", *o_.num_labels);
    if (!o_.label_weights.empty()) fits("label_weights", static_cast<double>(o_.label_weights.size()));
    if (!o_.multi_label || width == columns_) return;
    if (const auto n = static_cast<Index>(counts_.size()) + 1; n > 10'000'000 / std::max<Index>(width, 1))
      fail(Code::value, "AUC: " + std::to_string(n - 1) + " thresholds for each of " + std::to_string(width) +
                            " labels are more than 10000000\n  fix: a smaller num_thresholds");
    columns_ = width;
    counts_.columns(width);
  }
  void reset() noexcept override { counts_.reset(); }
  void update(const MetricRows& b) noexcept override {
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      for (Index i = 0; i < b.width; ++i) {
        const real raw = b.yhat[r * b.width + i], v = o_.from_logits ? 1 / (1 + std::exp(-raw)) : raw;
        const double label = o_.multi_label || o_.label_weights.empty() ? 1.0 : o_.label_weights[static_cast<std::size_t>(i)];
        counts_.add(v, b.y[r * b.width + i] != 0, b.weight(r) * label, o_.multi_label ? static_cast<std::size_t>(i) : 0);
      }
    }
  }
  double result() const noexcept override {
    if (!o_.multi_label) return area(0);
    double sum = 0, weights = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(columns_); ++i) {
      const double weight = o_.label_weights.empty() ? 1.0 : o_.label_weights[i];
      sum += weight * area(i);
      weights += weight;
    }
    return ratio(sum, weights);
  }

 private:
  // Keras takes a name in lower case, and with a capital letter, too.
  static void one_of(const char* key, std::string& value, std::initializer_list<const char*> known) {
    std::string list;
    for (const char* one : known) {
      const std::string name = one;
      const bool same = name.size() == value.size() && std::equal(name.begin(), name.end(), value.begin(), [](char a, char b) {
                          return std::tolower(a) == std::tolower(static_cast<unsigned char>(b));
                        });
      if (same) {
        value = name;
        return;
      }
      list += (list.empty() ? "\"" : ", \"") + name + "\"";
    }
    fail(Code::value, std::string("AUC: ") + key + " is one of " + list + ", not \"" + escaped(value) + "\"");
  }
  double area(std::size_t column) const noexcept {
    const bool roc = o_.curve == "ROC", pr = o_.curve == "PR", interpolate = o_.summation_method == "interpolation";
    double sum = 0, x1 = 0, y1 = 0;  // of the threshold above
    Counts above;
    bool first = true;
    counts_.each(column, [&](std::size_t, const Counts& c) {
      const double recall = ratio(c.tp, c.tp + c.fn), gain = ratio(c.tp + c.fn, c.tn + c.fp);
      double x = roc ? ratio(c.fp, c.fp + c.tn) : recall, y = roc ? recall : ratio(c.tp, c.tp + c.fp);
      if (!roc && !pr) {
        x = c.tp == 0 ? 0.0 : std::max(1 - gain * c.fn / c.tp, 0.0);
        y = c.tp == 0 ? 1.0 : 1 - gain * c.fp / c.tp;
      }
      if (!first && pr && interpolate) {
        const double dtp = c.tp - above.tp, p = c.tp + c.fp, p1 = above.tp + above.fp, slope = ratio(dtp, p - p1);
        const double logs = p > 0 && p1 > 0 ? std::log(p / p1) : 0.0;
        sum += ratio(slope * (dtp + (above.tp - slope * p1) * logs), c.tp + c.fn);
      } else if (!first) {
        sum += (x - x1) * (interpolate ? (y + y1) / 2 : o_.summation_method == "minoring" ? std::min(y, y1) : std::max(y, y1));
      }
      first = false;
      above = c;
      x1 = x;
      y1 = y;
    });
    return sum;
  }

  metrics::AUCOptions o_;
  ThresholdCounts counts_;
  Index columns_ = 1;
};

std::shared_ptr<Metric> make() { return std::make_shared<AUCMetric>(); }

}  // namespace

metrics::AUC::AUC(const AUCOptions& options) : MetricRef(named(std::make_shared<AUCMetric>(options), options.name, "auc")) {}

}  // namespace rondo

RONDO_REGISTER(metrics, auc) { rondo::register_names({"auc", "AUC"}, rondo::make); }
