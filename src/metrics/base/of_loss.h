// A metric that is a loss's mean over all valid rows, times a sign.
#pragma once

#include "metrics/base/last_axis.h"
#include "rondo/core/error.h"
#include "rondo/losses/loss.h"
#include "rondo/metrics/metric.h"

namespace rondo {

class OfLoss : public Metric, public LastAxis {
 public:
  OfLoss(std::string class_name, LossRef loss, double sign = 1)
      : class_name_(std::move(class_name)), loss_(std::move(loss)), sign_(sign) {}
  std::string class_name() const override { return class_name_; }
  bool more_is_better() const override { return sign_ < 0; }
  bool from_keras() const override { return loss_->from_keras(); }
  void describe(ConfigVisitor& visitor) override { const_cast<Loss&>(*loss_).describe(visitor); }
  void check() override {
    loss_->check();
    if (loss_->axis() == 0) fail(Code::unsupported, class_name_ + ": axis 0 is the samples', which are compared one by one");
    check_axis(*this, loss_->axis());
  }
  Index named_axis() const override { return loss_->axis(); }
  void check_widths(Index y_width, Index width) override {
    loss_->check_width(width);
    Metric::check_widths(y_width, loss_->target_width(width));
  }
  void reset() noexcept override { sum_ = rows_ = 0; }
  void update(const MetricRows& b) noexcept override {
    const Loss* use = loss_->for_zeros_and_ones();
    for (Index r = 0; use && r < b.rows; ++r) {
      for (Index i = r * b.y_width; b.counts(r) && i < (r + 1) * b.y_width; ++i) {
        if (b.y[i] != 0 && b.y[i] != 1) use = nullptr;
        if (!use) break;
      }
    }
    if (!use) use = &*loss_;
    for (Index r = 0; r < b.rows; ++r) {
      if (!b.counts(r)) continue;
      if (!use->counts(b.y + r * b.y_width)) {
        // Of ignore_class. Keras leaves such a row out of the mean where rows have weights or a mask; otherwise it counts as 0.
        if (!b.weights && !b.mask) rows_ += 1;
        continue;
      }
      sum_ += sign_ * b.weight(r) * use->row(b.y + r * b.y_width, b.yhat + r * b.width, b.width, nullptr, 0);
      rows_ += b.weight(r);
    }
  }
  double result() const noexcept override { return rows_ == 0 ? 0.0 : sum_ / rows_; }

 private:
  std::string class_name_;
  LossRef loss_;
  double sign_, sum_ = 0, rows_ = 0;
};

}  // namespace rondo
