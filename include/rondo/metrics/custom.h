// Metrics of your own: a class derived from Metric (rondo/metrics/metric.h), handed to compile as
// MetricRef(std::make_shared<T>()). Registered, it is saved and loaded with the model. examples/custom_metric.cpp is one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rondo/metrics/metric.h"

namespace rondo {

// From now on a T has this name in model files, in MetricRef("my_package>Within") and on no other terms than a layer's
// (rondo/layers/custom.h). T() must work; its class_name() is the part behind the '>'.
template <class T>
void register_metric(const std::string& name) {
  register_metric(name, [] { return std::shared_ptr<Metric>(std::make_shared<T>()); });
}
// "my_package>Within"; "" for a metric that is built in or not registered.
std::string registered_name(const Metric& metric);
std::vector<std::string> own_metric_names();  // registered so, sorted

}  // namespace rondo
