// MaxNorm:  w <- w min(norm, max_value) / (1e-7 + norm), a norm being taken over `axis`.
#include <algorithm>

#include "core/registry.h"
#include "rondo/constraints/constraint.h"

namespace rondo {
namespace {
double factor(const ConstraintInfo::Parameters& p, double norm) { return std::min(norm, p.at("max_value")) / (1e-7 + norm); }
}  // namespace

MaxNorm::MaxNorm(const MaxNormOptions& options) : Constraint("max_norm") {
  if (options.max_value != 2) parameters["max_value"] = options.max_value;
  axes = options.axis;
}

}  // namespace rondo

RONDO_REGISTER(constraints, max_norm) {
  rondo::register_constraint({"max_norm", "MaxNorm", {{"max_value", 2.0}}, true, rondo::factor});
}
