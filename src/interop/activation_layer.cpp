// Those whose arguments make them one of Keras's functions: LeakyReLU(0.2) is leaky_relu, LeakyReLU(0.1) is none.
#include "interop/activation_layer.h"

namespace rondo::interop {

std::string activation_of_layer(const Json& layer) {
  const Json& config = member(layer, "config");
  if (!config.is_object()) return "";
  const auto is = [&](const char* key, double fallback, double wanted) {
    const auto it = config.find(key);
    const bool number = it != config.end() && it->is_number();
    return it == config.end() ? fallback == wanted : number && it->get<double>() == wanted;
  };
  const Json& name = member(layer, "class_name");
  if (name == "ReLU" && is("negative_slope", 0, 0) && is("threshold", 0, 0)) {
    if (member(config, "max_value").is_null()) return "relu";
    return is("max_value", 0, 6) ? "relu6" : "";
  }
  if (name == "LeakyReLU" && is("negative_slope", 0.3, 0.2)) return "leaky_relu";
  if (name == "ELU" && is("alpha", 1, 1)) return "elu";
  if (name == "Softmax" && is("axis", -1, -1)) return "softmax";
  const Json& inside = member(config, "activation");
  return name == "Activation" && inside.is_string() ? inside.get<std::string>() : "";
}

}  // namespace rondo::interop
