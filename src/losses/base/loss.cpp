// The loss of a whole batch, and losses by name.
#include "rondo/losses/loss.h"

#include "core/registry.h"

namespace rondo {

namespace detail {
void register_all_losses();
}

namespace {
Registry<LossFactory>& registry() {
  static Registry<LossFactory> r("loss", detail::register_all_losses);
  return r;
}
}  // namespace

LossRef::LossRef(const char* name) : LossRef(std::string(name)) {}
LossRef::LossRef(const std::string& name) : loss_(registry().get(name)()) {}

void register_loss(const std::string& name, LossFactory make) { registry().add(name, make); }
std::vector<std::string> loss_names() { return registry().names(); }

double compute(const Loss& loss, const real* y, const real* yhat, Index rows, Index width, const std::uint8_t* mask, real* d,
               const real* weights, double factor) noexcept {
  Index valid = rows;
  if (mask) {
    valid = 0;
    for (Index r = 0; r < rows; ++r) valid += mask[r] != 0;
  }
  const double scale = valid == 0 ? 0.0 : 1.0 / static_cast<double>(valid);
  double sum = 0;
  for (Index r = 0; r < rows; ++r) {
    real* dr = d ? d + r * width : nullptr;
    if (mask && !mask[r]) {
      if (dr) {
        for (Index i = 0; i < width; ++i) dr[i] = 0;
      }
      continue;
    }
    const double weight = weights ? static_cast<double>(weights[r]) : 1.0;
    sum += weight * loss.row(y + r * width, yhat + r * width, width, dr, factor * weight * scale);
  }
  return valid == 0 ? 0.0 : sum / static_cast<double>(valid);
}

}  // namespace rondo
