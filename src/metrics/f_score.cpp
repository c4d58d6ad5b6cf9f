// F-scores, class by class: a row says yes to its largest number (to each of several equals, to none if it is as good as 0),
// or, with threshold, to every number above. With the targets as numbers, e = 1e-7 and b = beta (1 for F1Score):
//   P = TP / (TP + FP + e)        R = TP / (TP + FN + e)        score = (1 + b^2) P R / (b^2 P + R + e)
// average: "None" gives every class's; "micro" counts all classes together; "macro" is the mean over classes; "weighted" the
// mean by how often each class is so.
#include <algorithm>

#include "core/words.h"
#include "metrics/base/named.h"
#include "rondo/core/error.h"
#include "rondo/metrics/classification.h"

namespace rondo {
namespace {

class FScore final : public Metric {
 public:
  explicit FScore(bool any_beta) : any_beta_(any_beta) {}
  explicit FScore(const metrics::F1ScoreOptions& o) : any_beta_(false), average_(o.average), threshold_(o.threshold) {}
  explicit FScore(const metrics::FBetaScoreOptions& o)
      : any_beta_(true), average_(o.average), beta_(o.beta), threshold_(o.threshold) {}
  std::string class_name() const override { return any_beta_ ? "FBetaScore" : "F1Score"; }
  bool more_is_better() const override { return true; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("average", average_, "None");
    if (any_beta_) visitor.field("beta", beta_, 1.0);
    visitor.field("threshold", threshold_);
  }
  void check() override {
    if (average_ != "None" && average_ != "micro" && average_ != "macro" && average_ != "weighted") {
      fail(Code::value,
           class_name() + ": average is \"None\", \"micro\", \"macro\" or \"weighted\", not \"" + escaped(average_) + "\"");
    }
    if (!(beta_ > 0 && std::isfinite(beta_)))
      fail(Code::value, class_name() + ": beta must be a number above 0, got " + short_number(beta_));
    if (threshold_ && !(*threshold_ > 0 && *threshold_ <= 1)) {
      fail(Code::value, class_name() + ": threshold lies above 0 and is 1 at most, got " + short_number(*threshold_));
    }
  }
  void check_widths(Index y_width, Index width) override {
    Metric::check_widths(y_width, width);
    classes_.assign(static_cast<std::size_t>(average_ == "micro" ? 1 : width), {});
  }
  void reset() noexcept override {
    for (Class& c : classes_) c = {};
  }
  void update(const MetricRows& b) noexcept override {
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      const double weight = b.weight(r);
      const real *y = b.y + r * b.width, *yhat = b.yhat + r * b.width;
      const real top = threshold_ ? static_cast<real>(*threshold_) : *std::max_element(yhat, yhat + b.width);
      for (Index i = 0; i < b.width; ++i) {
        const bool said = threshold_ ? yhat[i] > top : yhat[i] >= top && std::abs(yhat[i]) > real(1e-9);
        Class& c = classes_[classes_.size() == 1 ? 0 : static_cast<std::size_t>(i)];
        const double so = weight * static_cast<double>(y[i]);
        (said ? c.tp : c.fn) += so;
        if (said) c.fp += weight - so;
        c.so += so;
      }
    }
  }
  Index results() const noexcept override { return average_ == "None" ? static_cast<Index>(classes_.size()) : 1; }
  double result_at(Index i) const noexcept override {
    return average_ == "None" ? score(classes_[static_cast<std::size_t>(i)]) : result();
  }
  double result() const noexcept override {  // without average: the mean
    double sum = 0, weights = 0;
    for (const Class& c : classes_) {
      const double weight = average_ == "weighted" ? c.so : 1.0;
      sum += weight * score(c);
      weights += weight;
    }
    if (average_ == "weighted") weights += 1e-7;
    return classes_.empty() ? 0.0 : sum / weights;
  }

 private:
  struct Class {
    double tp = 0, fp = 0, fn = 0, so = 0;
  };
  double score(const Class& c) const {
    const double p = c.tp / (c.tp + c.fp + 1e-7), recall = c.tp / (c.tp + c.fn + 1e-7);
    return (1 + beta_ * beta_) * p * recall / (beta_ * beta_ * p + recall + 1e-7);
  }
  bool any_beta_;
  std::string average_ = "None";
  double beta_ = 1;
  std::optional<double> threshold_;
  std::vector<Class> classes_;
};

template <bool any_beta>
std::shared_ptr<Metric> make() {
  return std::make_shared<FScore>(any_beta);
}

}  // namespace

namespace metrics {

F1Score::F1Score(const F1ScoreOptions& options)
    : MetricRef(named(std::make_shared<FScore>(options), options.name, "f1_score")) {}
FBetaScore::FBetaScore(const FBetaScoreOptions& options)
    : MetricRef(named(std::make_shared<FScore>(options), options.name, "fbeta_score")) {}

}  // namespace metrics

}  // namespace rondo

RONDO_REGISTER(metrics, f_score) {
  using namespace rondo;
  register_names({"F1Score", "f1_score"}, make<false>);
  register_names({"FBetaScore", "f_beta_score"}, make<true>);
}
