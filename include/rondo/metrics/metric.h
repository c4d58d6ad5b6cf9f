// Metrics: what fit and evaluate report beside the loss. A metric is a mean over rows, kept over the batches of an epoch.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rondo/core/array.h"

namespace rondo {

class Metric {
 public:
  virtual ~Metric() = default;
  virtual std::string class_name() const = 0;  // "MeanAbsoluteError"
  virtual std::string name() const = 0;        // "mae": the key in History
  virtual void reset() noexcept = 0;
  // Rows in order; a masked row does not count.
  virtual void update(const real* y, const real* yhat, Index rows, Index width, const std::uint8_t* mask) noexcept = 0;
  virtual double result() const noexcept = 0;
};

using MetricFactory = std::shared_ptr<Metric> (*)();
void register_metric(const std::string& name, MetricFactory make);
std::shared_ptr<Metric> make_metric(const std::string& name);  // throws Error(unsupported) with did-you-mean
std::vector<std::string> metric_names();

}  // namespace rondo
