// Sparse categorical crossentropy: y is the number of the row's class, 0 to C - 1.
//   loss = -log p[y], p as in categorical crossentropy (base/categorical.h)
// A row of ignore_class counts as masked: it adds nothing, and is left out of the number of rows.
#include <cmath>

#include "core/registry.h"
#include "losses/base/categorical.h"
#include "losses/base/row.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class SparseCategoricalCrossentropyLoss final : public Loss {
 public:
  SparseCategoricalCrossentropyLoss() = default;
  explicit SparseCategoricalCrossentropyLoss(const SparseCategoricalCrossentropyOptions& o)
      : from_logits_(o.from_logits), ignore_class_(o.ignore_class), axis_(o.axis) {}
  std::string class_name() const override { return "SparseCategoricalCrossentropy"; }
  std::string key() const override { return "sparse_categorical_crossentropy"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("ignore_class", ignore_class_);
    visitor.field("from_logits", from_logits_, false);
    visitor.field("axis", axis_, Index(-1));
  }
  void check_width(Index width) const override { check_classes(*this, width); }
  Index target_width(Index) const override { return 1; }
  std::string bad_target(real y, Index width) const override {
    return ignored(y) || is_class(y, width) ? "" : class_wanted(width);
  }
  bool counts(const real* y) const noexcept override { return !ignored(*y); }
  Index axis() const override { return axis_; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    if (!is_class(*y, n)) return std::nan("");  // bad_target() tells; here it does no harm
    const Index right = static_cast<Index>(*y);
    return crossentropy(from_logits_, yhat, n, d, scale, [&](Index i) { return i == right ? 1.0 : 0.0; });
  }

 private:
  bool ignored(real y) const noexcept { return ignore_class_ && static_cast<double>(y) == *ignore_class_; }
  bool from_logits_ = false;
  std::optional<double> ignore_class_;
  Index axis_ = -1;
};

std::shared_ptr<Loss> make() { return std::make_shared<SparseCategoricalCrossentropyLoss>(); }

}  // namespace

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& options)
    : LossRef(reduced(std::make_shared<SparseCategoricalCrossentropyLoss>(options), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, sparse_categorical_crossentropy) {
  for (const char* name : {"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"}) register_loss(name, make);
}
