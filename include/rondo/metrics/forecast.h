// Losses of forecasters as metrics, with options: .metrics = {metrics::Pinball({.quantiles = {0.1, 0.9}})}.
#pragma once

#include "rondo/losses/forecast.h"
#include "rondo/metrics/metric.h"

namespace rondo::metrics {

class Pinball : public MetricRef {
 public:
  explicit Pinball(const PinballOptions& options = {}, const std::string& name = {});
};
class MASE : public MetricRef {
 public:
  explicit MASE(const MASEOptions& options = {}, const std::string& name = {});
};

}  // namespace rondo::metrics
