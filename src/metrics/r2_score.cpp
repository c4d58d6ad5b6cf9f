// R2: 1 - sum (y - yhat)^2 / sum (y - mean y)^2, column by column; the mean over columns (uniform_average), or weighted by
// their variance, or each ("None"). Sums in double. A column that never moves counts 0 where the division gives an infinity, as
// in Keras. num_regressors = p > 0 adjusts it by the n numbers of y seen so far: 1 - (1 - r2) (n - 1) / (n - p - 1), if that
// divides by more than 0.
#include <cmath>

#include "metrics/base/named.h"
#include "rondo/core/error.h"
#include "rondo/metrics/regression.h"

namespace rondo {
namespace {

class R2ScoreMetric final : public Metric {
 public:
  explicit R2ScoreMetric(const metrics::R2ScoreOptions& o = {})
      : aggregation_(o.class_aggregation), regressors_(o.num_regressors) {}
  std::string class_name() const override { return "R2Score"; }
  bool more_is_better() const override { return true; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("class_aggregation", aggregation_, "uniform_average");
    visitor.field("num_regressors", regressors_, Index(0));
  }
  void check() override {
    if (aggregation_ != "uniform_average" && aggregation_ != "variance_weighted_average" && aggregation_ != "None") {
      fail(Code::value, "R2Score: class_aggregation is \"uniform_average\", \"variance_weighted_average\" or \"None\", not \"" +
                            escaped(aggregation_) + "\"");
    }
    if (regressors_ < 0)
      fail(Code::value, "R2Score: num_regressors is a whole number from 0 on, got " + std::to_string(regressors_));
  }
  void check_widths(Index y_width, Index width) override {
    Metric::check_widths(y_width, width);
    columns_.assign(static_cast<std::size_t>(width), {});
    count_ = numbers_ = 0;
  }
  void reset() noexcept override {
    for (Column& c : columns_) c = {};
    count_ = numbers_ = 0;
  }
  void update(const MetricRows& b) noexcept override {
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      const double weight = b.weight(r);
      count_ += weight;
      numbers_ += static_cast<double>(b.width);
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const Index at = r * b.width + static_cast<Index>(i);
        const double y = static_cast<double>(b.y[at]), e = y - static_cast<double>(b.yhat[at]);
        columns_[i].sum += weight * y;
        columns_[i].squares += weight * y * y;
        columns_[i].errors += weight * e * e;
      }
    }
  }
  Index results() const noexcept override { return aggregation_ == "None" ? static_cast<Index>(columns_.size()) : 1; }
  double result_at(Index i) const noexcept override {
    if (aggregation_ != "None") return result();
    return count_ == 0 ? 0.0 : adjusted(score(columns_[static_cast<std::size_t>(i)]));
  }
  double result() const noexcept override {
    if (count_ == 0 || columns_.empty()) return 0;
    double scores = 0, weighted = 0, total = 0;
    for (const Column& c : columns_) {
      scores += score(c);
      weighted += score(c) * spread(c);
      total += spread(c);
    }
    return adjusted(aggregation_ == "variance_weighted_average" ? weighted / total
                                                                : scores / static_cast<double>(columns_.size()));
  }

 private:
  struct Column {
    double sum = 0, squares = 0, errors = 0;
  };
  double spread(const Column& c) const { return c.squares - c.sum * c.sum / count_; }
  double score(const Column& c) const {
    const double score = 1 - c.errors / spread(c);
    return std::isinf(score) ? 0.0 : score;
  }
  double adjusted(double score) const {
    const double p = static_cast<double>(regressors_);
    return regressors_ == 0 || p >= numbers_ - 1 ? score : 1 - (1 - score) * (numbers_ - 1) / (numbers_ - p - 1);
  }
  std::string aggregation_;
  Index regressors_;
  std::vector<Column> columns_;
  double count_ = 0, numbers_ = 0;
};

std::shared_ptr<Metric> make() { return std::make_shared<R2ScoreMetric>(); }

}  // namespace

metrics::R2Score::R2Score(const R2ScoreOptions& options)
    : MetricRef(named(std::make_shared<R2ScoreMetric>(options), options.name, "r2_score")) {}

}  // namespace rondo

RONDO_REGISTER(metrics, r2_score) { rondo::register_names({"r2_score", "R2Score"}, rondo::make); }
