// Metrics by name.
#include "rondo/metrics/metric.h"

#include "core/custom.h"
#include "core/registry.h"
#include "rondo/core/error.h"
#include "rondo/metrics/custom.h"

namespace rondo {

namespace detail {
void register_all_metrics();
}

namespace {
Registry<MetricFactory>& registry() {
  static Registry<MetricFactory> r("metric", [] {
    const BuiltIn all;
    detail::register_all_metrics();
  });
  return r;
}

CustomNames& custom() {
  static CustomNames names("metric");
  return names;
}
}  // namespace

void Metric::check_widths(Index y_width, Index width) {
  if (y_width == width) return;
  fail(Code::shape, "metric '" + escaped(name_) + "' compares numbers one by one: the model gives " + std::to_string(width) +
                        " a row, and the targets have " + std::to_string(y_width));
}

MetricRef::MetricRef(const char* name) : MetricRef(std::string(name)) {}
// "Accuracy" by name is the one that suits the shapes, however it is spelt; the class of that name is another (as in Keras).
MetricRef::MetricRef(const std::string& name) : metric_(make_metric(name == "Accuracy" ? "accuracy" : name)) {
  if (name == "Accuracy") metric_->set_name(name);
}

void register_metric(const std::string& name, MetricFactory make) {
  if (!BuiltIn::now()) {
    const std::shared_ptr<Metric> one = make();
    const Metric& made = *one;
    custom().add(name, one->class_name(), typeid(made), [](const auto& other) { return registry().find(other) != nullptr; });
  }
  registry().add(name, make);
}
std::string registered_name(const Metric& metric) { return custom().name_of(typeid(metric)); }
std::vector<std::string> own_metric_names() { return custom().names(); }

std::shared_ptr<Metric> make_metric(const std::string& name) {
  auto metric = registry().get(name)();
  if (name.find('>') == std::string::npos) metric->set_name(name);  // otherwise compile names it after its class
  return metric;
}

std::vector<std::string> metric_names() { return registry().names(); }

}  // namespace rondo
