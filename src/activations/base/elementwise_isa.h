// Activations over arrays. Read once per ISA (foreach_isa.h).
#include "activations/base/functions_isa.h"

#ifndef RONDO_ELEMENTWISE_KERNELS
#define RONDO_ELEMENTWISE_KERNELS
namespace rondo {
struct ElementwiseKernels {
  void (*forward)(Function f, const real* x, real* y, Index n);
  void (*backward)(Function f, const real* x, const real* y, const real* dy, real* dx, Index n);
};
}  // namespace rondo
#endif

namespace rondo::RONDO_ISA {

inline void elementwise_forward(Function f, const real* x, real* y, Index n) {
  with(f, [&](auto g) RONDO_INLINE_LAMBDA {
    for (Index i = 0; i < n; i += lanes) store_some(y + i, g.value(load_some(x + i, n - i)), n - i);
  });
}

inline void elementwise_backward(Function f, const real* x, const real* y, const real* dy, real* dx, Index n) {
  with(f, [&](auto g) RONDO_INLINE_LAMBDA {
    for (Index i = 0; i < n; i += lanes) {
      const V input = g.from_output ? V{} : load_some(x + i, n - i);
      store_some(dx + i, load_some(dy + i, n - i) * g.slope(input, load_some(y + i, n - i)), n - i);
    }
  });
}

inline ElementwiseKernels make_elementwise() { return {elementwise_forward, elementwise_backward}; }

}  // namespace rondo::RONDO_ISA
