// Mean of 100 |yhat - y| / max(|y|, 1e-7).
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "metrics/base/mean.h"

namespace rondo {
namespace {

class MeanAbsolutePercentageErrorMetric final : public MeanOverRows<MeanAbsolutePercentageErrorMetric> {
 public:
  std::string class_name() const override { return "MeanAbsolutePercentageError"; }
  static double value(double y, double yhat) { return 100 * std::abs(y - yhat) / std::max(std::abs(y), 1e-7); }
};

std::shared_ptr<Metric> make() { return std::make_shared<MeanAbsolutePercentageErrorMetric>(); }

}  // namespace
}  // namespace rondo

RONDO_REGISTER(metrics, mean_absolute_percentage_error) {
  for (const char* name : {"mape", "MAPE", "mean_absolute_percentage_error", "MeanAbsolutePercentageError"}) {
    register_metric(name, make);
  }
}
