// NonNeg:  w <- max(w, 0).
#include <algorithm>

#include "core/registry.h"
#include "rondo/constraints/constraint.h"

namespace rondo {
namespace {
real number(real w) { return std::max(w, real(0)); }
}  // namespace

NonNeg::NonNeg() : Constraint("non_neg") {}

}  // namespace rondo

RONDO_REGISTER(constraints, non_neg) { rondo::register_constraint({"non_neg", "NonNeg", {}, false, nullptr, rondo::number}); }
