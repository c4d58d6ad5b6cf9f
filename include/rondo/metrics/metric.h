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
  virtual std::string class_name() const = 0;            // "MeanAbsoluteError"
  virtual bool more_is_better() const { return false; }  // for EarlyStopping's mode "auto"
  virtual void reset() noexcept = 0;
  // Rows in order; a masked row (mask 0) does not count. mask may be null.
  virtual void update(const real* y, const real* yhat, Index rows, Index width, const std::uint8_t* mask) noexcept = 0;
  virtual double result() const noexcept = 0;

  // The key in History: the name it was asked for by ("mae"), as in Keras.
  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

 private:
  std::string name_;
};

using MetricFactory = std::shared_ptr<Metric> (*)();
void register_metric(const std::string& name, MetricFactory make);
std::shared_ptr<Metric> make_metric(const std::string& name);  // throws Error(unsupported) with did-you-mean
std::vector<std::string> metric_names();

}  // namespace rondo
