// The elementwise activations a recurrent cell may use inside its kernel, by number.
#pragma once

#include <optional>
#include <string_view>

namespace rondo {

enum class Function {
  linear,
  relu,
  leaky_relu,
  relu6,
  elu,
  selu,
  softplus,
  softsign,
  silu,
  tanh,
  sigmoid,
  exponential,
  hard_sigmoid,
  hard_tanh,
  hard_silu,
  mish,
  gelu,
  log_sigmoid,
};

struct FunctionName {
  const char* name;  // Keras's
  Function function;
  bool from_output;  // its slope follows from its output
};
// Aliases (swish, hard_swish) come after the names they stand for.
inline constexpr FunctionName function_names[] = {
    {"linear", Function::linear, true},
    {"relu", Function::relu, true},
    {"leaky_relu", Function::leaky_relu, true},
    {"relu6", Function::relu6, true},
    {"elu", Function::elu, true},
    {"selu", Function::selu, true},
    {"softplus", Function::softplus, false},
    {"softsign", Function::softsign, false},
    {"silu", Function::silu, false},
    {"swish", Function::silu, false},
    {"tanh", Function::tanh, true},
    {"sigmoid", Function::sigmoid, true},
    {"exponential", Function::exponential, true},
    {"hard_sigmoid", Function::hard_sigmoid, true},
    {"hard_tanh", Function::hard_tanh, true},
    {"hard_silu", Function::hard_silu, false},
    {"hard_swish", Function::hard_silu, false},
    {"mish", Function::mish, false},
    {"gelu", Function::gelu, false},
    {"log_sigmoid", Function::log_sigmoid, false},
};

// The elementwise function of this name, or nothing (softmax looks at whole rows).
inline std::optional<Function> elementwise(std::string_view name) {
  for (const FunctionName& f : function_names)
    if (name == f.name) return f.function;
  return std::nullopt;
}

}  // namespace rondo
