// Cosine similarity over the row, as a loss:  loss = -u.v  with u = y / |y|, v = yhat / |yhat|, a norm being at least 1e-7 (its
// square at least 1e-14, as in Keras).  slope = -(u - (u.v) v) / |yhat|
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "losses/base/row.h"
#include "rondo/losses/regression.h"

namespace rondo {
namespace {

class CosineSimilarityLoss final : public Loss {
 public:
  explicit CosineSimilarityLoss(Index axis = -1) : axis_(axis) {}
  std::string class_name() const override { return "CosineSimilarity"; }
  std::string key() const override { return "cosine_similarity"; }
  void describe(ConfigVisitor& visitor) override { visitor.field("axis", axis_, Index(-1)); }
  Index axis() const override { return axis_; }
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    double yy = 0, pp = 0, yp = 0;
    for (Index i = 0; i < n; ++i) {
      const double a = static_cast<double>(y[i]), b = static_cast<double>(yhat[i]);
      yy += a * a;
      pp += b * b;
      yp += a * b;
    }
    const double ny = std::sqrt(std::max(yy, 1e-14)), np = std::sqrt(std::max(pp, 1e-14));
    const double cosine = yp / (ny * np);
    if (d) {
      // A prediction that is as good as 0 is divided by a constant.
      const double along = pp > 1e-14 ? cosine : 0.0;
      for (Index i = 0; i < n; ++i) {
        const double u = static_cast<double>(y[i]) / ny, v = static_cast<double>(yhat[i]) / np;
        d[i] = static_cast<real>(-scale * (u - along * v) / np);
      }
    }
    return -cosine;
  }

 private:
  Index axis_;
};

std::shared_ptr<Loss> make() { return std::make_shared<CosineSimilarityLoss>(); }

}  // namespace

CosineSimilarity::CosineSimilarity(const CosineSimilarityOptions& options)
    : LossRef(reduced(std::make_shared<CosineSimilarityLoss>(options.axis), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, cosine_similarity) {
  for (const char* name : {"cosine_similarity", "CosineSimilarity"}) register_loss(name, make);
}
