// Kullback-Leibler divergence over the row, both clipped to [1e-7, 1]:  loss = sum y log(y / yhat),  slope -y / yhat inside the
// clip and 0 beyond.
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/row.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class KLDivergenceLoss final : public Loss {
 public:
  std::string class_name() const override { return "KLDivergence"; }
  std::string key() const override { return "kl_divergence"; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    const auto clipped = [](real v) { return std::clamp(static_cast<double>(v), 1e-7, 1.0); };
    double sum = 0;
    for (Index i = 0; i < n; ++i) {
      const double p = clipped(y[i]), q = clipped(yhat[i]);
      sum += p * std::log(p / q);
      if (d) d[i] = static_cast<real>(static_cast<double>(yhat[i]) == q ? -scale * p / q : 0.0);
    }
    return sum;
  }
};

std::shared_ptr<Loss> make() { return std::make_shared<KLDivergenceLoss>(); }

}  // namespace

KLDivergence::KLDivergence(const LossOptions& options) : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, kl_divergence) {
  for (const char* name : {"kl_divergence", "KLDivergence", "kld", "KLD"}) register_loss(name, make);
}
