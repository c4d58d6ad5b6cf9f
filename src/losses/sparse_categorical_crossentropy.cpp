// Sparse categorical crossentropy: y is the number of the row's class, 0 to C - 1.
//   loss = -log p[y], p as in categorical crossentropy (base/categorical.h)
// A row of ignore_class counts as masked: it adds nothing, and is left out of the number of rows.
#include <cmath>

#include "core/registry.h"
#include "losses/base/categorical.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class SparseCategoricalCrossentropyLoss final : public Loss {
 public:
  SparseCategoricalCrossentropyLoss() = default;
  explicit SparseCategoricalCrossentropyLoss(const SparseCategoricalCrossentropyOptions& o)
      : from_logits_(o.from_logits), ignore_class_(o.ignore_class) {}
  std::string class_name() const override { return "SparseCategoricalCrossentropy"; }
  std::string key() const override { return "sparse_categorical_crossentropy"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("ignore_class", ignore_class_);
    visitor.field("from_logits", from_logits_, false);
    visitor.only("axis", -1);
  }
  void check_width(Index width) const override { check_classes(*this, width); }
  Index target_width(Index) const override { return 1; }
  std::string bad_target(real y, Index width) const override {
    if (ignored(y) || (y >= 0 && static_cast<double>(y) < static_cast<double>(width) && y == std::floor(y))) return {};
    return "a class is a whole number from 0 to " + std::to_string(width - 1);
  }
  bool counts(const real* y) const noexcept override { return !ignored(*y); }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    const Index right = static_cast<Index>(*y);
    return crossentropy(from_logits_, yhat, n, d, scale, [&](Index i) { return i == right ? 1.0 : 0.0; });
  }

 private:
  bool ignored(real y) const noexcept { return ignore_class_ && static_cast<double>(y) == *ignore_class_; }
  bool from_logits_ = false;
  std::optional<double> ignore_class_;
};

std::shared_ptr<Loss> make() { return std::make_shared<SparseCategoricalCrossentropyLoss>(); }

}  // namespace

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& options)
    : LossRef(std::make_shared<SparseCategoricalCrossentropyLoss>(options)) {
  (**this).check();
}

}  // namespace rondo

RONDO_REGISTER(losses, sparse_categorical_crossentropy) {
  for (const char* name : {"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"}) register_loss(name, make);
}
