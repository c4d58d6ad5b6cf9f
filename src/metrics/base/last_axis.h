// A metric whose option `axis` must name the last axis of the output: which one that is, only the model can tell.
#pragma once

#include "rondo/core/error.h"
#include "rondo/core/shape.h"
#include "rondo/metrics/metric.h"

namespace rondo {

class LastAxis {
 public:
  virtual ~LastAxis() = default;
  virtual Index named_axis() const = 0;  // -1 where it does not matter
};

// At compile: what no output has.
inline void check_axis(const Metric& metric, Index axis) {
  if (axis < -1)
    fail(Code::unsupported, metric.class_name() + " as a metric takes the last axis: axis = -1, not " + std::to_string(axis));
}

inline void check_axis(const Metric& metric, const Shape& output) {
  const auto* some = dynamic_cast<const LastAxis*>(&metric);
  if (!some || some->named_axis() == -1 || some->named_axis() == output.rank() - 1) return;
  const Index axis = some->named_axis();
  const Index last = output.rank() - 1;
  fail(Code::unsupported, metric.class_name() + " as a metric takes the last axis of the model's output " + output.text() +
                              ", which " +
                              (axis < last ? "is axis " + std::to_string(last) + ", not " + std::to_string(axis)
                                           : "has no axis " + std::to_string(axis)) +
                              ".\n  fix: axis = -1");
}

}  // namespace rondo
