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

void Metric::check_widths(Index y_width, Index width) {
  if (y_width == width) return;
  fail(Code::shape, "metric '" + escaped(name_) + "' compares numbers one by one: the model gives " + std::to_string(width) +
                        " a row, and the targets have " + std::to_string(y_width));
}

MetricRef::MetricRef(const char* name) : MetricRef(std::string(name)) {}
MetricRef::MetricRef(const std::string& name) : metric_(make_metric(name)) {}

void register_metric(const std::string& name, MetricFactory make) { registry().add(name, make); }

std::shared_ptr<Metric> make_metric(const std::string& name) {
  auto metric = registry().get(name)();
  metric->set_name(name);
  return metric;
}

std::vector<std::string> metric_names() { return registry().names(); }

}  // namespace rondo
