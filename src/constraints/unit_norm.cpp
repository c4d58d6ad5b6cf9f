// UnitNorm:  w <- w / (1e-7 + norm), a norm being taken over `axis`.
#include <algorithm>

#include "core/registry.h"
#include "rondo/constraints/constraint.h"

namespace rondo {
namespace {
double factor(const ConstraintInfo::Parameters&, double norm) { return 1 / (1e-7 + norm); }
}  // namespace

UnitNorm::UnitNorm(const UnitNormOptions& options) : Constraint("unit_norm") { axes = options.axis; }

}  // namespace rondo

RONDO_REGISTER(constraints, unit_norm) { rondo::register_constraint({"unit_norm", "UnitNorm", {}, true, rondo::factor}); }
