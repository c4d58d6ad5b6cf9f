// Correlation of targets and outputs, of every row (axis -1) or of every column of a batch (axis 0), and the mean of these
// over all rows, or batches. With means m and variances v over the axis (divided by n):
//   Pearson:      mean of (y - my)(yhat - mh) / sqrt(vy vh)
//   Concordance:  mean of 2 (y - my)(yhat - mh) / (vy + vh + (my - mh)^2 + 1e-7)
// Numbers that do not move have no Pearson correlation: NaN, as in Keras. Over the batch, masked rows and rows of weight 0 take
// no part, and weights weigh the moments (Keras has neither there).
#include <cmath>

#include "metrics/base/last_axis.h"
#include "metrics/base/named.h"
#include "rondo/core/error.h"
#include "rondo/metrics/regression.h"

namespace rondo {
namespace {

struct Moments {
  double weight = 0, y = 0, h = 0, yy = 0, hh = 0, yh = 0;  // means of each, then central second moments
};

class Correlation final : public Metric, public LastAxis {
 public:
  explicit Correlation(bool pearson, Index axis = -1) : pearson_(pearson), axis_(axis) {}
  std::string class_name() const override { return pearson_ ? "PearsonCorrelation" : "ConcordanceCorrelation"; }
  bool more_is_better() const override { return true; }
  void describe(ConfigVisitor& visitor) override { visitor.field("axis", axis_, Index(-1)); }
  void check() override {
    if (axis_ < -1)
      fail(Code::unsupported, class_name() +
                                  ": axis is -1, over the numbers of a row, or 0, over the samples of a batch; not " +
                                  std::to_string(axis_));
  }
  Index named_axis() const override { return axis_ == 0 ? -1 : axis_; }
  void check_widths(Index y_width, Index width) override {
    Metric::check_widths(y_width, width);
    if (axis_ != 0 && width == 1)
      fail(Code::shape,
           "metric '" + escaped(name()) +
               "' compares the numbers of one row, and the model gives 1: one number has no correlation.\n  fix: metrics::" +
               class_name() + "({.axis = 0}), over the samples of each batch");
  }
  void reset() noexcept override { sum_ = count_ = 0; }
  void update(const MetricRows& b) noexcept override {
    if (axis_ != 0) {
      for (Index r = 0; r < b.rows; ++r) {
        if (!b.counts(r)) continue;
        const double value = of(
            b.width, [&](Index i) { return r * b.width + i; }, [](Index) { return 1.0; }, b);
        if (b.weight(r) == 0) continue;
        sum_ += b.weight(r) * value;
        count_ += b.weight(r);
      }
      return;
    }
    const Index samples = b.sizes.empty() ? b.rows : b.sizes[0], steps = samples == 0 ? 0 : b.rows / samples;
    const auto row_weight = [&](Index row) { return b.counts(row) ? b.weight(row) : 0.0; };
    double sum = 0;
    Index columns = 0;
    for (Index t = 0; t < steps; ++t) {
      double any = 0;
      for (Index s = 0; s < samples; ++s) any += row_weight(s * steps + t);
      if (any == 0) continue;
      for (Index c = 0; c < b.width; ++c, ++columns) {
        sum += of(
            samples, [&](Index s) { return (s * steps + t) * b.width + c; }, [&](Index s) { return row_weight(s * steps + t); },
            b);
      }
    }
    if (columns == 0) return;
    // Keras counts a batch's values along their first axis.
    const double times = static_cast<double>(b.sizes.size() > 2 ? columns / b.width : columns);
    sum_ += times * sum / static_cast<double>(columns);
    count_ += times;
  }
  double result() const noexcept override { return count_ == 0 ? 0.0 : sum_ / count_; }

 private:
  template <class At, class Weight>
  double of(Index n, const At& at, const Weight& weight, const MetricRows& b) const noexcept {
    Moments m;
    for (Index i = 0; i < n; ++i) {
      const double w = weight(i);
      if (w == 0) continue;
      m.weight += w;
      m.y += w * static_cast<double>(b.y[at(i)]);
      m.h += w * static_cast<double>(b.yhat[at(i)]);
    }
    m.y /= m.weight;
    m.h /= m.weight;
    for (Index i = 0; i < n; ++i) {
      const double w = weight(i);
      if (w == 0) continue;
      const double y = static_cast<double>(b.y[at(i)]) - m.y, h = static_cast<double>(b.yhat[at(i)]) - m.h;
      m.yy += w * y * y;
      m.hh += w * h * h;
      m.yh += w * y * h;
    }
    m.yy /= m.weight;
    m.hh /= m.weight;
    m.yh /= m.weight;
    if (pearson_) return m.yh / std::sqrt(m.yy * m.hh);
    return 2 * m.yh / (m.yy + m.hh + (m.y - m.h) * (m.y - m.h) + 1e-7);
  }
  bool pearson_;
  Index axis_;
  double sum_ = 0, count_ = 0;
};

template <bool pearson>
std::shared_ptr<Metric> make() {
  return std::make_shared<Correlation>(pearson);
}

}  // namespace

namespace metrics {

PearsonCorrelation::PearsonCorrelation(const CorrelationOptions& options)
    : MetricRef(named(std::make_shared<Correlation>(true, options.axis), options.name, "pearson_correlation")) {}
ConcordanceCorrelation::ConcordanceCorrelation(const CorrelationOptions& options)
    : MetricRef(named(std::make_shared<Correlation>(false, options.axis), options.name, "concordance_correlation")) {}

}  // namespace metrics

}  // namespace rondo

RONDO_REGISTER(metrics, correlation) {
  using namespace rondo;
  register_names({"PearsonCorrelation", "pearson_correlation"}, make<true>);
  register_names({"ConcordanceCorrelation", "concordance_correlation"}, make<false>);
}
