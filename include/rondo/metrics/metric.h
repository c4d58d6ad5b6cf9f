// Metrics: what fit and evaluate report beside the loss, kept over the batches of an epoch. Most are a mean over rows.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rondo/core/array.h"
#include "rondo/core/config.h"

namespace rondo {

// One batch, row after row, as a metric sees it.
struct MetricRows {
  const real *y, *yhat;
  Index rows, y_width, width;  // numbers of y and of yhat in a row; they differ where y is the number of a class
  const std::uint8_t* mask = nullptr;
  const real* weights = nullptr;   // one a row
  std::span<const Index> sizes{};  // of yhat, samples first; empty: (rows, width)

  bool counts(Index row) const { return !mask || mask[row]; }
  double weight(Index row) const { return weights ? static_cast<double>(weights[row]) : 1.0; }
};

class Metric {
 public:
  virtual ~Metric() = default;
  virtual std::string class_name() const = 0;            // "MeanAbsoluteError"
  virtual bool more_is_better() const { return false; }  // for EarlyStopping's mode "auto"
  virtual void describe(ConfigVisitor&) {}
  // Throws Error(value) for options out of range; books what the options ask for. Called by compile.
  virtual void check() {}
  // False: Keras has none, so a model file keeps its name where Keras does not look.
  virtual bool from_keras() const { return true; }
  // Throws Error(shape) if rows of these widths do not suit; books what they ask for. Called before the first batch.
  virtual void check_widths(Index y_width, Index width);
  virtual void reset() noexcept = 0;
  // Rows in order; a masked row does not count. Must not allocate.
  virtual void update(const MetricRows& batch) noexcept = 0;
  virtual double result() const noexcept = 0;
  // More than one number (a class's, a threshold's): how many, and each. In the logs they are name_0, name_1, ...; known after
  // check_widths.
  virtual Index results() const noexcept { return 1; }
  virtual double result_at(Index) const noexcept { return result(); }

  // The key in History: the name it was asked for by ("mae"), as in Keras.
  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

 private:
  std::string name_;
};

class MetricRef {  // "mae", Precision({.thresholds = {0.3}}) or a Metric of your own
 public:
  MetricRef(const char* name);
  MetricRef(const std::string& name);  // throws Error(unsupported) with did-you-mean
  MetricRef(std::shared_ptr<Metric> metric) : metric_(std::move(metric)) {}
  Metric* operator->() const { return metric_.get(); }
  Metric& operator*() const { return *metric_; }
  const std::shared_ptr<Metric>& shared() const { return metric_; }

 private:
  std::shared_ptr<Metric> metric_;
};

using MetricFactory = std::shared_ptr<Metric> (*)();
void register_metric(const std::string& name, MetricFactory make);
std::shared_ptr<Metric> make_metric(const std::string& name);  // throws Error(unsupported) with did-you-mean
std::vector<std::string> metric_names();

}  // namespace rondo
