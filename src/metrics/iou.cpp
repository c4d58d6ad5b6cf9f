// Intersection over union of classes, over all rows so far. Of the class k, with what is so (s) and what is said (p):
//   iou[k] = n(s = k, p = k) / (n(s = k) + n(p = k) - n(s = k, p = k) + 1e-7)
//   result = sum of iou over the target classes that occur / (their number + 1e-7)
// A class is a number (truncated), or the place of the largest number of a row that has one for each class. What lies outside
// 0 .. num_classes - 1 does not count, nor does ignore_class. A sample's weight is truncated to a whole number, as in Keras.
#include <algorithm>
#include <numeric>

#include "core/words.h"
#include "metrics/base/named.h"
#include "rondo/core/error.h"
#include "rondo/metrics/segmentation.h"

namespace rondo {
namespace {

enum Kind { iou, binary_iou, mean_iou, one_hot_iou, one_hot_mean_iou };
constexpr const char* class_names[] = {"IoU", "BinaryIoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"};
constexpr const char* short_names[] = {"io_u", "binary_io_u", "mean_io_u", "one_hot_io_u", "one_hot_mean_io_u"};

class IoUMetric final : public Metric {
 public:
  explicit IoUMetric(Kind kind) : kind_(kind) {
    if (kind == binary_iou) num_classes = 2, targets = {0, 1};
    sparse_y_true = !one_hot();
    sparse_y_pred = !one_hot();
  }
  Index num_classes = 0;
  std::vector<Index> targets;
  std::optional<double> ignore_class;
  bool sparse_y_true = true, sparse_y_pred = true;
  double threshold = 0.5;

  std::string class_name() const override { return class_names[kind_]; }
  bool more_is_better() const override { return true; }
  void describe(ConfigVisitor& visitor) override {
    if (kind_ == binary_iou) {
      visitor.field("target_class_ids", targets, {0, 1});
      visitor.field("threshold", threshold, 0.5);
      return;
    }
    visitor.required("num_classes", num_classes);
    if (!mean()) visitor.required("target_class_ids", targets);
    visitor.field("ignore_class", ignore_class);
    if (!one_hot()) visitor.field("sparse_y_true", sparse_y_true, true);
    visitor.field("sparse_y_pred", sparse_y_pred, !one_hot());
    visitor.only("axis", -1);
  }

  void check() override {
    const std::string fix = "\n  fix: metrics::" + class_name() +
                            (mean() ? "({.num_classes = 3})" : "({.num_classes = 3, .target_class_ids = {0, 1}})");
    if (num_classes < 1 || num_classes > 1'000'000)
      fail(Code::value, class_name() + ": num_classes is the number of classes, from 1 to 1000000, got " +
                            std::to_string(num_classes) + fix);
    if (mean()) {
      targets.resize(static_cast<std::size_t>(num_classes));
      std::iota(targets.begin(), targets.end(), Index{0});
    }
    if (targets.empty()) fail(Code::value, class_name() + ": target_class_ids are the classes that count" + fix);
    for (const Index k : targets) {
      if (k < 0 || k >= num_classes)
        fail(Code::value, class_name() + ": there is no class " + std::to_string(k) +
                              " in target_class_ids; classes count from 0 to " + std::to_string(num_classes - 1));
    }
    if (ignore_class && !(*ignore_class == std::floor(*ignore_class) && std::abs(*ignore_class) <= 1e9))
      fail(Code::value, class_name() + ": ignore_class is the number of a class, got " + short_number(*ignore_class));
    if (!std::isfinite(threshold))
      fail(Code::value, class_name() + ": threshold must be a finite number, got " + short_number(threshold));
    for (auto* sums : {&both_, &so_, &said_}) sums->assign(static_cast<std::size_t>(num_classes), 0.0);
  }
  void check_widths(Index y_width, Index width) override {
    if (!sparse_y_true && y_width == 1 && width > 1)
      fail(Code::shape,
           "metric '" + escaped(name()) +
               "' looks for a column for each class; the targets hold one number a row, a class.\n  fix: " +
               (one_hot() ? std::string(mean() ? "metrics::MeanIoU" : "metrics::IoU") + " with .sparse_y_pred = false"
                          : std::string(".sparse_y_true = true")));
    if ((sparse_y_true ? y_width : 1) == (sparse_y_pred ? width : 1)) return;
    fail(Code::shape,
         "metric '" + escaped(name()) + "': the targets hold " +
             (sparse_y_true ? "classes, " + std::to_string(y_width) + " a row" : "a column for each class") +
             ", the model gives " +
             (sparse_y_pred ? "classes, " + std::to_string(width) + " a row" : "a column for each class") + ".\n  fix: " +
             (one_hot() ? "metrics::" + class_name() + " with .sparse_y_pred = " + (sparse_y_pred ? "false" : "true")
                        : std::string(".sparse_y_pred = false where the model ends in a softmax, .sparse_y_true = false for "
                                      "one-hot targets")));
  }
  void reset() noexcept override {
    for (auto* sums : {&both_, &so_, &said_}) std::fill(sums->begin(), sums->end(), 0.0);
  }
  void update(const MetricRows& b) noexcept override {
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      const double weight = std::trunc(b.weight(r));
      const real *y = b.y + r * b.y_width, *yhat = b.yhat + r * b.width;
      const Index labels = sparse_y_true ? b.y_width : 1;
      for (Index i = 0; i < labels; ++i) {
        const double s = sparse_y_true ? std::trunc(static_cast<double>(y[i])) : argmax(y, b.y_width);
        const double p = !sparse_y_pred        ? argmax(yhat, b.width)
                         : kind_ == binary_iou ? yhat[i] >= static_cast<real>(threshold)
                                               : std::trunc(static_cast<double>(yhat[i]));
        const double last = static_cast<double>(num_classes - 1);
        if (!(s >= 0 && s <= last && p >= 0 && p <= last) || (ignore_class && s == *ignore_class)) continue;
        so_[static_cast<std::size_t>(s)] += weight;
        said_[static_cast<std::size_t>(p)] += weight;
        if (s == p) both_[static_cast<std::size_t>(s)] += weight;
      }
    }
  }
  double result() const noexcept override {
    double sum = 0, occur = 0;
    for (const Index k : targets) {
      const auto i = static_cast<std::size_t>(k);
      const double all = so_[i] + said_[i] - both_[i];
      if (!(all > 1e-9)) continue;
      sum += both_[i] / (all + 1e-7);
      occur += 1;
    }
    return sum / (occur + 1e-7);
  }

 private:
  static double argmax(const real* v, Index n) noexcept { return static_cast<double>(std::max_element(v, v + n) - v); }
  bool one_hot() const { return kind_ == one_hot_iou || kind_ == one_hot_mean_iou; }
  bool mean() const { return kind_ == mean_iou || kind_ == one_hot_mean_iou; }
  Kind kind_;
  std::vector<double> both_, so_, said_;  // by class
};

template <Kind kind>
std::shared_ptr<Metric> make() {
  return std::make_shared<IoUMetric>(kind);
}

template <class Options>
std::shared_ptr<Metric> of(Kind kind, const Options& o) {
  const auto metric = std::make_shared<IoUMetric>(kind);
  if constexpr (requires { o.num_classes; }) {
    metric->num_classes = o.num_classes;
    metric->ignore_class = o.ignore_class;
    metric->sparse_y_pred = o.sparse_y_pred;
  }
  if constexpr (requires { o.sparse_y_true; }) metric->sparse_y_true = o.sparse_y_true;
  if constexpr (requires { o.target_class_ids; }) metric->targets = o.target_class_ids;
  if constexpr (requires { o.threshold; }) metric->threshold = o.threshold;
  return named(metric, o.name, short_names[kind]);
}

template <Kind kind>
void add() {
  register_names({class_names[kind], short_names[kind]}, make<kind>);
}

}  // namespace

namespace metrics {

IoU::IoU(const IoUOptions& options) : MetricRef(of(iou, options)) {}
BinaryIoU::BinaryIoU(const BinaryIoUOptions& options) : MetricRef(of(binary_iou, options)) {}
MeanIoU::MeanIoU(const MeanIoUOptions& options) : MetricRef(of(mean_iou, options)) {}
OneHotIoU::OneHotIoU(const OneHotIoUOptions& options) : MetricRef(of(one_hot_iou, options)) {}
OneHotMeanIoU::OneHotMeanIoU(const OneHotMeanIoUOptions& options) : MetricRef(of(one_hot_mean_iou, options)) {}

}  // namespace metrics

}  // namespace rondo

RONDO_REGISTER(metrics, iou) {
  using namespace rondo;
  add<iou>();
  add<binary_iou>();
  add<mean_iou>();
  add<one_hot_iou>();
  add<one_hot_mean_iou>();
}
