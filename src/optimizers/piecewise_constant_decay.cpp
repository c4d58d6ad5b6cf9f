// PiecewiseConstantDecay:  rate = values[number of boundaries below step].
#include <cmath>

#include "core/registry.h"
#include "optimizers/base/schedule.h"

namespace rondo {
namespace {

class PiecewiseConstantDecaySchedule final : public LearningRateSchedule {
 public:
  explicit PiecewiseConstantDecaySchedule(PiecewiseConstantDecayOptions options = {}) : o_(std::move(options)) {}
  std::string class_name() const override { return "PiecewiseConstantDecay"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("boundaries", o_.boundaries, {});
    visitor.field("values", o_.values, {});
  }
  void check() const override {
    if (o_.values.empty() || o_.values.size() != o_.boundaries.size() + 1) {
      fail(Code::value, "PiecewiseConstantDecay: values needs one number more than boundaries; there are " +
                            std::to_string(o_.values.size()) + " and " + std::to_string(o_.boundaries.size()));
    }
    for (const double v : o_.values) check_rate(*this, "values", v);
    for (std::size_t i = 0; i < o_.boundaries.size(); ++i) {
      if (!std::isfinite(o_.boundaries[i]) || (i > 0 && o_.boundaries[i] <= o_.boundaries[i - 1])) {
        fail(Code::value, "PiecewiseConstantDecay: boundaries must grow");
      }
    }
  }
  double at(Index step) const noexcept override {
    std::size_t i = 0;
    while (i < o_.boundaries.size() && static_cast<double>(step) > o_.boundaries[i]) ++i;
    return i < o_.values.size() ? o_.values[i] : 0.0;
  }

 private:
  PiecewiseConstantDecayOptions o_;
};

std::shared_ptr<LearningRateSchedule> make() { return std::make_shared<PiecewiseConstantDecaySchedule>(); }

}  // namespace

PiecewiseConstantDecay::PiecewiseConstantDecay(const PiecewiseConstantDecayOptions& options)
    : LearningRate(std::make_shared<PiecewiseConstantDecaySchedule>(options)) {}

}  // namespace rondo

RONDO_REGISTER(optimizers, piecewise_constant_decay) { register_schedule("PiecewiseConstantDecay", make); }
