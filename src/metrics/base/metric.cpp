// Metrics by name.
#include "rondo/metrics/metric.h"

#include "core/registry.h"

namespace rondo {

namespace detail {
void register_all_metrics();
}

namespace {
Registry<MetricFactory>& registry() {
  static Registry<MetricFactory> r("metric", detail::register_all_metrics);
  return r;
}
}  // namespace

void register_metric(const std::string& name, MetricFactory make) { registry().add(name, make); }

std::shared_ptr<Metric> make_metric(const std::string& name) {
  auto metric = registry().get(name)();
  metric->set_name(name);
  return metric;
}

std::vector<std::string> metric_names() { return registry().names(); }

}  // namespace rondo
