// Mean of (yhat - y)^2, and its root.
#include <cmath>

#include "core/registry.h"
#include "metrics/base/mean.h"

namespace rondo {
namespace {

class MeanSquaredErrorMetric : public MeanOverRows<MeanSquaredErrorMetric> {
 public:
  std::string class_name() const override { return "MeanSquaredError"; }
  static double value(double y, double yhat) { return (yhat - y) * (yhat - y); }
};

class RootMeanSquaredErrorMetric final : public MeanSquaredErrorMetric {
 public:
  std::string class_name() const override { return "RootMeanSquaredError"; }
  double result() const noexcept override { return std::sqrt(MeanSquaredErrorMetric::result()); }
};

std::shared_ptr<Metric> make() { return std::make_shared<MeanSquaredErrorMetric>(); }
std::shared_ptr<Metric> make_root() { return std::make_shared<RootMeanSquaredErrorMetric>(); }

}  // namespace
}  // namespace rondo

RONDO_REGISTER(metrics, mean_squared_error) {
  for (const char* name : {"mse", "MSE", "mean_squared_error", "MeanSquaredError"}) register_metric(name, make);
  // Not "rmse": Keras does not know it, and a model file that names it could not be opened there.
  for (const char* name : {"root_mean_squared_error", "RootMeanSquaredError"}) register_metric(name, make_root);
}
