// AUC: the area under a curve of two ratios, at thresholds t[0] < ... < t[n-1], yhat > t saying yes, as Keras sums it. The
// first threshold is below all and the last above all; those between are i / (n - 1).
//   ROC: y = TP / (TP + FN) over x = FP / (FP + TN)        PR: y = TP / (TP + FP) over x = TP / (TP + FN)
//   area = sum of (x[i] - x[i+1]) h,  h the mean of y[i], y[i+1] (interpolation), the smaller (minoring) or the larger
//   (majoring) PR with interpolation (Davis and Goadrich 2006), p = TP + FP, slope = dTP / dp, c = TP[i+1] - slope p[i+1]:
//     area = sum of slope (dTP + c log(p[i] / p[i+1])) / (TP[i+1] + FN[i+1])
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "rondo/core/error.h"
#include "rondo/metrics/classification.h"

namespace rondo {
namespace {

double ratio(double a, double b) { return b == 0 ? 0.0 : a / b; }

class AUCMetric final : public Metric {
 public:
  explicit AUCMetric(const metrics::AUCOptions& options = {}) : o_(options) { AUCMetric::check(); }
  std::string class_name() const override { return "AUC"; }
  bool more_is_better() const override { return true; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("num_thresholds", o_.num_thresholds, Index(200));
    visitor.field("curve", o_.curve, "ROC");
    visitor.field("summation_method", o_.summation_method, "interpolation");
    visitor.field("multi_label", multi_label_, false);
    visitor.only_none("num_labels");
    visitor.only_none("label_weights");
    visitor.field("from_logits", o_.from_logits, false);
    visitor.field("thresholds", o_.thresholds, {});
  }
  void check() override {
    if (multi_label_) fail(Code::unsupported, "AUC: multi_label is not supported");
    if (o_.curve != "ROC" && o_.curve != "PR")
      fail(Code::value, "AUC: curve is \"ROC\" or \"PR\", not \"" + escaped(o_.curve) + "\"");
    if (o_.summation_method != "interpolation" && o_.summation_method != "minoring" && o_.summation_method != "majoring") {
      fail(Code::value, "AUC: summation_method is \"interpolation\", \"minoring\" or \"majoring\", not \"" +
                            escaped(o_.summation_method) + "\"");
    }
    if (o_.thresholds.empty() && (o_.num_thresholds < 2 || o_.num_thresholds > 1000000)) {
      fail(Code::value, "AUC: num_thresholds lies between 2 and 1000000");
    }
    std::sort(o_.thresholds.begin(), o_.thresholds.end());
    for (const double t : o_.thresholds) {
      if (!(t >= 0 && t <= 1)) fail(Code::value, "AUC: a threshold lies between 0 and 1");
    }
    const std::size_t n = o_.thresholds.empty() ? static_cast<std::size_t>(o_.num_thresholds) : o_.thresholds.size() + 2;
    positive_.assign(n, 0.0);
    negative_.assign(n, 0.0);
  }
  void reset() noexcept override {
    std::fill(positive_.begin(), positive_.end(), 0.0);
    std::fill(negative_.begin(), negative_.end(), 0.0);
  }
  void update(const MetricRows& b) noexcept override {
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      for (Index i = r * b.width; i < (r + 1) * b.width; ++i) {
        const real v = o_.from_logits ? 1 / (1 + std::exp(-b.yhat[i])) : b.yhat[i];
        (b.y[i] != 0 ? positive_ : negative_)[bucket(std::clamp(v, real(0), real(1)))] += b.weight(r);
      }
    }
  }
  double result() const noexcept override {
    double all_positive = 0, all_negative = 0;
    for (const double v : positive_) all_positive += v;
    for (const double v : negative_) all_negative += v;
    const bool roc = o_.curve == "ROC", interpolate = o_.summation_method == "interpolation";
    double area = 0, tp = 0, fp = 0, x1 = 0, y1 = 0;  // of the threshold above
    for (std::size_t i = positive_.size(); i-- > 0;) {
      const double tp1 = tp, fp1 = fp;
      tp += positive_[i];
      fp += negative_[i];
      const double recall = ratio(tp, all_positive);
      const double x = roc ? ratio(fp, all_negative) : recall, y = roc ? recall : ratio(tp, tp + fp);
      if (i + 1 < positive_.size()) {
        if (!roc && interpolate) {
          const double dtp = tp - tp1, p = tp + fp, p1 = tp1 + fp1, slope = ratio(dtp, p - p1);
          const double logs = p > 0 && p1 > 0 ? std::log(p / p1) : 0.0;
          area += ratio(slope * (dtp + (tp1 - slope * p1) * logs), all_positive);
        } else {
          area += (x - x1) * (interpolate                         ? (y + y1) / 2
                              : o_.summation_method == "minoring" ? std::min(y, y1)
                                                                  : std::max(y, y1));
        }
      }
      x1 = x;
      y1 = y;
    }
    return area;
  }

 private:
  // The last threshold that v is above. In the precision of v, as Keras counts.
  std::size_t bucket(real v) const noexcept {
    if (o_.thresholds.empty()) {
      const real at = std::ceil(v * static_cast<real>(positive_.size() - 1)) - 1;
      return at > 0 ? static_cast<std::size_t>(at) : 0;
    }
    const auto below = [](double t, real value) { return static_cast<real>(t) < value; };
    return static_cast<std::size_t>(std::lower_bound(o_.thresholds.begin(), o_.thresholds.end(), v, below) -
                                    o_.thresholds.begin());
  }
  metrics::AUCOptions o_;
  bool multi_label_ = false;
  std::vector<double> positive_, negative_;  // by bucket
};

std::shared_ptr<Metric> make() { return std::make_shared<AUCMetric>(); }
std::shared_ptr<Metric> ready(const metrics::AUCOptions& options) {
  const auto metric = std::make_shared<AUCMetric>(options);
  metric->set_name("auc");
  metric->check();
  return metric;
}

}  // namespace

metrics::AUC::AUC(const AUCOptions& options) : MetricRef(ready(options)) {}

}  // namespace rondo

RONDO_REGISTER(metrics, auc) {
  for (const char* name : {"auc", "AUC"}) register_metric(name, rondo::make);
}
