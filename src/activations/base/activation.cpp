#include "activations/base/activation.h"

#include "rondo/core/error.h"

namespace rondo {
namespace detail {
void register_all_activations();
}

Registry<ActivationFunction>& activations() {
  static Registry<ActivationFunction> registry("activation", detail::register_all_activations);
  return registry;
}

const ActivationFunction& activation_function(const Activation& activation) {
  if (activation.name == "threshold")
    fail(Code::unsupported,
         "the activation 'threshold' needs a threshold and a default value, which no layer has: Keras fails too. "
         "The layer ReLU has an argument threshold");
  return activations().get(activation.name);
}

const ActivationFunction& activation_of_width(const Activation& activation) {
  const ActivationFunction& function = activation_function(activation);
  if (function.halves)
    fail(Code::unsupported, "the activation '" + std::string(function.name) +
                                "' gives half as many values as it takes; it works in Dense and in Activation alone");
  return function;
}

std::vector<std::string> activation_names() { return activations().names(); }

}  // namespace rondo
