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
    const Loss& made = *one;
    custom().add(name, one->class_name(), typeid(made), [](const auto& other) { return registry().find(other) != nullptr; });
  }
  registry().add(name, make);
}
std::string registered_name(const Loss& loss) { return custom().name_of(typeid(loss)); }
std::vector<std::string> own_loss_names() { return custom().names(); }
std::vector<std::string> loss_names() { return registry().names(); }

double compute(const Loss& loss, const real* y, const real* yhat, Index rows, Index width, const std::uint8_t* mask, real* d,
               const real* weights, double factor) {
  const Index sizes[] = {rows, width}, targets = loss.target_width(width);
  std::vector<double> scratch(loss.scratch(Shape{rows, width}, targets) / sizeof(double) + 1);
  return loss.batch({.y = y,
                     .yhat = yhat,
                     .sizes = sizes,
                     .targets = targets,
                     .mask = mask,
                     .weights = weights,
                     .d = d,
                     .factor = factor,
                     .scratch = scratch.data()});
}

}  // namespace rondo
