// GRU with reset_after (Cho et al. 2014, in cuDNN's form; Keras's default). Keras's columns are [z r h]; the sums here are
// s = [a z r u], so that what x feeds and what h feeds each lie together:
//
//   [a z r] += x.W + b0          [z r u] += h'.U + b1
//   z = sig(z)   r = sig(r)   k = tanh(a + r u)
//   h = z h' + (1 - z) k
//
// Backward:
//
//   da = dh (1 - z) (1 - k^2)    dz = dh (h' - k) z(1-z)    dr = da u r(1-r)    du = da r    dh' = dh z
//
// Read once per ISA (foreach_isa.h).
#include "layers/recurrent/step_isa.h"

namespace rondo::RONDO_ISA {

struct GRUCell {
  static constexpr CellShape shape{4, 0, 3, 1, 3, -1, 3, {2, 0, 1, 2}, 1};
  static constexpr bool reads_h = true;

  template <class Act>
  static RONDO_INLINE void forward(const Act& f, V (&s)[4], V h0, V, V&, V& h1) {
    const V z = f.gate(s[1]), r = f.gate(s[2]);
    s[0] = fma(r, s[3], s[0]);
    const V k = f.value(s[0]);
    h1 = fma(z, h0 - k, k);
  }

  template <class Act>
  static RONDO_INLINE void backward(const Act& f, V (&s)[4], V h0, V, V& dh, V&) {
    const V z = f.kept_gate(s[1]), r = f.kept_gate(s[2]), k = f.kept_value(s[0]), u = s[3];
    const V da = dh * (set(1) - z) * f.value_slope(s[0], k);
    s[0] = da;
    s[1] = dh * (h0 - k) * f.gate_slope(s[1], z);
    s[2] = da * u * f.gate_slope(s[2], r);
    s[3] = da * r;
    dh = dh * z;
  }
};

}  // namespace rondo::RONDO_ISA
