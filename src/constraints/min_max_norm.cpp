// MinMaxNorm:  w <- w (rate clip(norm, min_value, max_value) + (1 - rate) norm) / (1e-7 + norm), a norm being taken over
// `axis`.
#include <algorithm>

#include "core/registry.h"
#include "rondo/constraints/constraint.h"

namespace rondo {
namespace {
double factor(const ConstraintInfo::Parameters& p, double norm) {
  const double clipped = std::min(std::max(norm, p.at("min_value")), p.at("max_value"));
  return (p.at("rate") * clipped + (1 - p.at("rate")) * norm) / (1e-7 + norm);
}
}  // namespace

MinMaxNorm::MinMaxNorm(const MinMaxNormOptions& options) : Constraint("min_max_norm") {
  if (options.min_value != 0) parameters["min_value"] = options.min_value;
  if (options.max_value != 1) parameters["max_value"] = options.max_value;
  if (options.rate != 1) parameters["rate"] = options.rate;
  axes = options.axis;
}

}  // namespace rondo

RONDO_REGISTER(constraints, min_max_norm) {
  rondo::register_constraint(
      {"min_max_norm", "MinMaxNorm", {{"min_value", 0.0}, {"max_value", 1.0}, {"rate", 1.0}}, true, rondo::factor});
}
