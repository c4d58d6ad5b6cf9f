// Every activation that looks at one number at a time. The formulas are in base/functions_isa.h.
#include <array>

#include "activations/base/activation.h"
#include "activations/base/function.h"
#include "kernels/isa.h"

#define RONDO_ISA_INCLUDE "activations/base/elementwise_isa.h"
#include "kernels/foreach_isa.h"

namespace rondo {
namespace {

const IsaTable<ElementwiseKernels> table = RONDO_ISA_TABLE(make_elementwise);

// A plain function pointer for each function: the registry's entries know no closure.
template <Function F>
void forward(const real* x, real* y, Index rows, Index width) {
  table.active().forward(F, x, y, rows * width);
}
template <Function F>
void backward(const real* x, const real* y, const real* dy, real* dx, Index rows, Index width) {
  table.active().backward(F, x, y, dy, dx, rows * width);
}

template <int... I>
void add_all(std::integer_sequence<int, I...>) {
  (activations().add(function_names[I].name, {function_names[I].name, function_names[I].from_output,
                                              forward<function_names[I].function>, backward<function_names[I].function>}),
   ...);
}

}  // namespace
}  // namespace rondo

RONDO_REGISTER(activations, elementwise) {
  add_all(std::make_integer_sequence<int, static_cast<int>(std::size(function_names))>{});
}
