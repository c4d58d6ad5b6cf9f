// AdamW: w -= weight_decay learning_rate w, then Adam's step (base/adam.h). It differs from Adam({.weight_decay = ...}) in its
// name and its default alone.
#include "rondo/optimizers/adamw.h"

#include "core/registry.h"
#include "optimizers/base/adam.h"

namespace rondo {
namespace {

class AdamWOptimizer final : public AdamOptimizer {
 public:
  explicit AdamWOptimizer(const AdamWOptions& o = {}) : AdamOptimizer(o) {}
  std::string class_name() const override { return "AdamW"; }
  void describe(ConfigVisitor& visitor) override {
    describe_common(visitor, 0.001, 0.004);
    describe_own(visitor);
  }
};

std::shared_ptr<Optimizer> make() { return std::make_shared<AdamWOptimizer>(); }

}  // namespace

AdamW::AdamW(const AdamWOptions& options) : OptimizerRef(std::make_shared<AdamWOptimizer>(options)) { (**this).check(); }

}  // namespace rondo

RONDO_REGISTER(optimizers, adamw) { register_optimizer("AdamW", make); }
