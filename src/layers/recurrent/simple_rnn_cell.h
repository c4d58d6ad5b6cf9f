// SimpleRNN (Elman 1990):
//
//   z = x.W + h'.U + b           h = tanh(z)
//
// Backward:
//
//   dz = dh (1 - h^2)            nothing but h'.U flows to the step before
//
// Read once per ISA (foreach_isa.h).
#include "layers/recurrent/step_isa.h"

namespace rondo::RONDO_ISA {

struct SimpleRNNCell {
  static constexpr CellShape shape{1, 0, 1, 0, 1, -1, 1, {0}, 1};
  static constexpr bool reads_h = false;

  template <class Act>
  static RONDO_INLINE void forward(const Act& f, V (&z)[1], V, V, V&, V& h1) {
    h1 = f.value(z[0]);
  }

  template <class Act>
  static RONDO_INLINE void backward(const Act& f, V (&z)[1], V, V, V& dh, V&) {
    z[0] = dh * f.value_slope(z[0], f.kept_value(z[0]));
    dh = V{};
  }
};

}  // namespace rondo::RONDO_ISA
