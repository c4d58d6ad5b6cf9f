// Adam: the equations stand in base/adam.h, which AdamW shares.
#include "rondo/optimizers/adam.h"

#include "core/registry.h"
#include "optimizers/base/adam.h"

namespace rondo {
namespace {

std::shared_ptr<Optimizer> make() { return std::make_shared<AdamOptimizer>(AdamOptions()); }

}  // namespace

Adam::Adam(const AdamOptions& options) : OptimizerRef(std::make_shared<AdamOptimizer>(options)) { (**this).check(); }

}  // namespace rondo

RONDO_REGISTER(optimizers, adam) { register_optimizer("Adam", make); }
