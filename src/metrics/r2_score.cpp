// R2: 1 - sum (y - yhat)^2 / sum (y - mean y)^2, column by column; the mean over columns (uniform_average), or weighted by
// their variance. Sums in double. A column that never moves counts 0 where the division gives an infinity, as in Keras.
#include <cmath>

#include "core/registry.h"
#include "rondo/core/error.h"
#include "rondo/metrics/metric.h"

namespace rondo {
namespace {

class R2ScoreMetric final : public Metric {
 public:
  std::string class_name() const override { return "R2Score"; }
  bool more_is_better() const override { return true; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("class_aggregation", aggregation_, "uniform_average");
    visitor.only("num_regressors", 0);
  }
  void check() override {
    if (aggregation_ != "uniform_average" && aggregation_ != "variance_weighted_average") {
      fail(Code::unsupported, "R2Score: class_aggregation is \"uniform_average\" or \"variance_weighted_average\", not \"" +
                                  escaped(aggregation_) + "\"");
    }
  }
  void check_widths(Index y_width, Index width) override {
    Metric::check_widths(y_width, width);
    columns_.assign(static_cast<std::size_t>(width), {});
    count_ = 0;
  }
  void reset() noexcept override {
    for (Column& c : columns_) c = {};
    count_ = 0;
  }
  void update(const MetricRows& b) noexcept override {
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      const double weight = b.weight(r);
      count_ += weight;
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const Index at = r * b.width + static_cast<Index>(i);
        const double y = static_cast<double>(b.y[at]), e = y - static_cast<double>(b.yhat[at]);
        columns_[i].sum += weight * y;
        columns_[i].squares += weight * y * y;
        columns_[i].errors += weight * e * e;
      }
    }
  }
  double result() const noexcept override {
    if (count_ == 0 || columns_.empty()) return 0;
    double scores = 0, weighted = 0, total = 0;
    for (const Column& c : columns_) {
      const double spread = c.squares - c.sum * c.sum / count_;
      const double score = 1 - c.errors / spread;
      scores += std::isinf(score) ? 0.0 : score;
      weighted += std::isinf(score) ? 0.0 : score * spread;
      total += spread;
    }
    return aggregation_ == "uniform_average" ? scores / static_cast<double>(columns_.size()) : weighted / total;
  }

 private:
  struct Column {
    double sum = 0, squares = 0, errors = 0;
  };
  std::string aggregation_ = "uniform_average";
  std::vector<Column> columns_;
  double count_ = 0;
};

std::shared_ptr<Metric> make() { return std::make_shared<R2ScoreMetric>(); }

}  // namespace
}  // namespace rondo

RONDO_REGISTER(metrics, r2_score) {
  for (const char* name : {"r2_score", "R2Score"}) register_metric(name, rondo::make);
}
