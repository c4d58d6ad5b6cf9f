// Dice loss, with I = sum y yhat, Y = sum y, P = sum yhat over the whole batch, or along the axes given (base/overlap.h):
//   loss = 1 - 2 I / (Y + P + 1e-7)        by I: -2 / (Y + P + 1e-7)        by P: 2 I / (Y + P + 1e-7)^2
#include "losses/base/overlap.h"
#include "rondo/losses/overlap.h"

namespace rondo {
namespace {

class DiceLoss final : public OverlapLoss<DiceLoss> {
 public:
  using OverlapLoss::OverlapLoss;
  std::string class_name() const override { return "Dice"; }
  std::string key() const override { return "dice"; }
  void describe(ConfigVisitor& visitor) override { visitor.field("axis", axes_, {}); }

  static double value(const Overlap& s) { return 1 - 2 * s.i / (s.y + s.p + 1e-7); }
  static Overlap slopes(const Overlap& s) {
    const double all = s.y + s.p + 1e-7;
    return {-2 / all, 0, 2 * s.i / (all * all)};
  }
};

std::shared_ptr<Loss> make() { return std::make_shared<DiceLoss>(); }

}  // namespace

Dice::Dice(const DiceOptions& options) : LossRef(reduced(std::make_shared<DiceLoss>(options.axis), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, dice) {
  for (const char* name : {"dice", "Dice"}) register_loss(name, make);
}
