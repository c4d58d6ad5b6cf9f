// LSTM (Hochreiter & Schmidhuber 1997, with forget gate; Keras's gate order):
//
//   z = x.W + h.U + b            z = [i f g o]
//   c = sig(f) c' + sig(i) tanh(g)
//   h = sig(o) tanh(c)
//
// Backward, with i, f, g, o the gates' outputs and t = tanh(c):
//
//   dc += dh o (1 - t^2)
//   dz = [dc g i(1-i)   dc c' f(1-f)   dc i (1-g^2)   dh t o(1-o)]
//   dc' = dc f
//
// Read once per ISA (foreach_isa.h).
#include "layers/recurrent/step_isa.h"

namespace rondo::RONDO_ISA {

struct LSTMCell {
  static constexpr CellShape shape{4, 0, 4, 0, 4, -1, 4, {0, 1, 2, 3}, 2};
  static constexpr bool reads_h = false;

  template <class Act>
  static RONDO_INLINE void forward(const Act& f, V (&z)[4], V, V c0, V& c1, V& h1) {
    c1 = fma(f.gate(z[1]), c0, f.gate(z[0]) * f.value(z[2]));
    h1 = f.gate(z[3]) * f.output(c1);
  }

  template <class Act>
  static RONDO_INLINE void backward(const Act& f, V (&z)[4], V, V c0, V& dh, V& dc) {
    const V i = f.kept_gate(z[0]), forget = f.kept_gate(z[1]), g = f.kept_value(z[2]), o = f.kept_gate(z[3]);
    // As forward made it: where a sample ended, the next step of the others has overwritten the kept one.
    const V c1 = fma(forget, c0, i * g), t = f.output(c1);
    dc = fma(dh * o, f.value_slope(c1, t), dc);
    z[0] = dc * g * f.gate_slope(z[0], i);
    z[1] = dc * c0 * f.gate_slope(z[1], forget);
    z[2] = dc * i * f.value_slope(z[2], g);
    z[3] = dh * t * f.gate_slope(z[3], o);
    dc = dc * forget;
    dh = V{};
  }
};

}  // namespace rondo::RONDO_ISA
