// Generalized crossentropy for labels that may be wrong: y is the number of the row's class, p = yhat[y], 0 < q < 1.
//   loss = (1 - p^q) / q        slope -p^(q - 1) at the class, 0 elsewhere
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "core/words.h"
#include "losses/base/row.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class GeneralizedLoss final : public Loss {
 public:
  GeneralizedLoss() = default;
  explicit GeneralizedLoss(const CategoricalGeneralizedCrossEntropyOptions& o) : q_(o.q) {}
  std::string class_name() const override { return "CategoricalGeneralizedCrossEntropy"; }
  std::string key() const override { return "CategoricalGeneralizedCrossEntropy"; }
  void describe(ConfigVisitor& visitor) override { visitor.field("q", q_, 0.5); }
  void check() const override {
    if (!(q_ > 0 && q_ < 1))
      fail(Code::value, class_name() + ": q lies between 0 and 1, these two left out; got " + short_number(q_));
  }
  void check_width(Index width) const override { check_classes(*this, width); }
  Index target_width(Index) const override { return 1; }
  std::string bad_target(real y, Index width) const override { return is_class(y, width) ? "" : class_wanted(width); }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    if (!is_class(*y, n)) return std::nan("");  // bad_target() tells; here it does no harm
    const Index right = static_cast<Index>(*y);
    const double p = static_cast<double>(yhat[right]);
    if (d) {
      std::fill_n(d, n, real(0));
      d[right] = static_cast<real>(-scale * std::pow(p, q_ - 1));
    }
    return (1 - std::pow(p, q_)) / q_;
  }

 private:
  double q_ = 0.5;
};

std::shared_ptr<Loss> make() { return std::make_shared<GeneralizedLoss>(); }

}  // namespace

CategoricalGeneralizedCrossEntropy::CategoricalGeneralizedCrossEntropy(const CategoricalGeneralizedCrossEntropyOptions& options)
    : LossRef(reduced(std::make_shared<GeneralizedLoss>(options), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, categorical_generalized_cross_entropy) {
  for (const char* name : {"CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy"})
    register_loss(name, make);
}
