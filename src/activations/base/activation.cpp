#include "activations/base/activation.h"

namespace rondo {
namespace detail {
void register_all_activations();
}

Registry<ActivationFunction>& activations() {
  static Registry<ActivationFunction> registry("activation", detail::register_all_activations);
  return registry;
}

const ActivationFunction& activation_function(const Activation& activation) { return activations().get(activation.name); }

std::vector<std::string> activation_names() { return activations().names(); }

}  // namespace rondo
