// Mean of |yhat - y|.
#include <cmath>

#include "core/registry.h"
#include "metrics/base/mean.h"

namespace rondo {
namespace {

class MeanAbsoluteErrorMetric final : public MeanOverRows<MeanAbsoluteErrorMetric> {
 public:
  std::string class_name() const override { return "MeanAbsoluteError"; }
  static double value(double y, double yhat) { return std::abs(yhat - y); }
};

std::shared_ptr<Metric> make() { return std::make_shared<MeanAbsoluteErrorMetric>(); }

}  // namespace
}  // namespace rondo

RONDO_REGISTER(metrics, mean_absolute_error) {
  for (const char* name : {"mae", "MAE", "mean_absolute_error", "MeanAbsoluteError"}) register_metric(name, make);
}
