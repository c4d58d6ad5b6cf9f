// Squared hinge: y is -1 or 1; a batch of nothing but zeros and ones is taken as 2 y - 1, as in Keras.
//   loss = max(1 - y yhat, 0)^2,  slope -2 y max(1 - y yhat, 0).
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/elementwise.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

class SquaredHingeLoss final : public Loss {
 public:
  SquaredHingeLoss() = default;
  SquaredHingeLoss(double factor, double offset) : factor_(factor), offset_(offset) {}
  std::string class_name() const override { return "SquaredHinge"; }
  std::string key() const override { return "squared_hinge"; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    return mean_over_row(*this, y, yhat, n, d, scale);
  }

  double value(double y, double yhat) const {
    const double m = std::max(1 - label(y) * yhat, 0.0);
    return m * m;
  }
  double slope(double y, double yhat) const { return -2 * label(y) * std::max(1 - label(y) * yhat, 0.0); }
  const Loss* for_zeros_and_ones() const noexcept override {
    static const SquaredHingeLoss same(2, -1);
    return &same;
  }

 private:
  double label(double y) const { return factor_ * y + offset_; }
  double factor_ = 1, offset_ = 0;
};

std::shared_ptr<Loss> make() { return std::make_shared<SquaredHingeLoss>(); }

}  // namespace

SquaredHinge::SquaredHinge(const LossOptions& options) : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, squared_hinge) {
  for (const char* name : {"squared_hinge", "SquaredHinge"}) register_loss(name, make);
}
