// The loss of a whole batch, and losses by name.
#include "rondo/losses/loss.h"

#include <algorithm>

#include "core/custom.h"
#include "core/registry.h"
#include "rondo/losses/custom.h"

namespace rondo {

namespace detail {
void register_all_losses();
}

namespace {
Registry<LossFactory>& registry() {
  static Registry<LossFactory> r("loss", [] {
    const BuiltIn all;
    detail::register_all_losses();
  });
  return r;
}

CustomNames& custom() {
  static CustomNames names("loss");
  return names;
}
}  // namespace

LossRef::LossRef(const char* name) : LossRef(std::string(name)) {}
LossRef::LossRef(const std::string& name) : loss_(registry().get(name)()) {}

void register_loss(const std::string& name, LossFactory make) {
  if (!BuiltIn::now()) {
    const std::shared_ptr<Loss> one = make();
    custom().add(name, one->class_name(), typeid(*one), [](const auto& other) { return registry().find(other) != nullptr; });
  }
  registry().add(name, make);
}
std::string registered_name(const Loss& loss) { return custom().name_of(typeid(loss)); }
std::vector<std::string> own_loss_names() { return custom().names(); }
std::vector<std::string> loss_names() { return registry().names(); }

double compute(const Loss& loss, const real* y, const real* yhat, Index rows, Index width, const std::uint8_t* mask, real* d,
               const real* weights, double factor) noexcept {
  const Index targets = loss.target_width(width);
  const auto counts = [&](Index r) { return (!mask || mask[r]) && loss.counts(y + r * targets); };
  const Loss* use = loss.for_zeros_and_ones();
  Index valid = 0;
  for (Index r = 0; r < rows; ++r) {
    if (!counts(r)) continue;
    ++valid;
    for (Index i = 0; use && i < targets; ++i) {
      if (const real v = y[r * targets + i]; v != 0 && v != 1) use = nullptr;
    }
  }
  if (!use) use = &loss;
  const double scale = valid == 0 ? 0.0 : 1.0 / static_cast<double>(valid);
  double sum = 0;
  for (Index r = 0; r < rows; ++r) {
    real* dr = d ? d + r * width : nullptr;
    const double weight = weights ? static_cast<double>(weights[r]) : 1.0;
    if (!counts(r) || weight == 0) {
      if (dr) std::fill_n(dr, width, real(0));
      continue;
    }
    sum += weight * use->row(y + r * targets, yhat + r * width, width, dr, factor * weight * scale);
  }
  return valid == 0 ? 0.0 : sum / static_cast<double>(valid);
}

}  // namespace rondo
