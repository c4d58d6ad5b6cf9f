// What files of single metrics name, check and register themselves with.
#pragma once

#include <cmath>
#include <initializer_list>
#include <string>

#include "core/registry.h"
#include "rondo/metrics/metric.h"

namespace rondo {

// The metric of an options struct: named as asked, or by Keras's default.
inline std::shared_ptr<Metric> named(std::shared_ptr<Metric> metric, const std::string& name, const char* otherwise) {
  metric->set_name(name.empty() ? otherwise : name);
  metric->check();
  return metric;
}

inline void register_names(std::initializer_list<const char*> names, MetricFactory make) {
  for (const char* name : names) register_metric(name, make);
}

inline bool whole_from(double v, double least) { return v >= least && v <= 1e9 && v == std::floor(v); }

}  // namespace rondo
