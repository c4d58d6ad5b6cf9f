// Categorical hinge over the row, y one-hot:  pos = sum y yhat,  neg = max (1 - y) yhat,  loss = max(neg - pos + 1, 0).
// slope: -y, and (1 - y) at the largest (shared by equals), where the loss is above 0.
#include <algorithm>
#include <limits>

#include "core/registry.h"
#include "losses/base/row.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class CategoricalHingeLoss final : public Loss {
 public:
  std::string class_name() const override { return "CategoricalHinge"; }
  std::string key() const override { return "categorical_hinge"; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    const auto wrong = [&](Index i) { return (1 - static_cast<double>(y[i])) * static_cast<double>(yhat[i]); };
    double pos = 0, neg = -std::numeric_limits<double>::infinity();
    Index equals = 0;
    for (Index i = 0; i < n; ++i) {
      pos += static_cast<double>(y[i]) * static_cast<double>(yhat[i]);
      const double w = wrong(i);
      if (w > neg) {
        neg = w;
        equals = 0;
      }
      equals += w == neg;
    }
    const double loss = neg - pos + 1;
    if (d) {
      for (Index i = 0; i < n; ++i) {
        const double up = wrong(i) == neg ? (1 - static_cast<double>(y[i])) / static_cast<double>(equals) : 0.0;
        d[i] = static_cast<real>(loss > 0 ? scale * (up - static_cast<double>(y[i])) : 0.0);
      }
    }
    return std::max(loss, 0.0);
  }
};

std::shared_ptr<Loss> make() { return std::make_shared<CategoricalHingeLoss>(); }

}  // namespace

CategoricalHinge::CategoricalHinge(const LossOptions& options) : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, categorical_hinge) {
  for (const char* name : {"categorical_hinge", "CategoricalHinge"}) register_loss(name, make);
}
