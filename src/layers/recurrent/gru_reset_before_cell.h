// GRU with reset_after = false (Cho et al. 2014, as published). Keras's columns are [z r h]; the sums here are s = [a z r]:
//
//   [a z r] += x.W + b           [z r] += h'.U
//   z = sig(z)   r = sig(r)   k = tanh(a + (r h').U_h)
//   h = z h' + (1 - z) k
//
// The candidate k needs r first, so a step is two products: the fused pass leaves a, z, r and aux = r h'; a second product
// adds aux.U_h, the `late` gate, and its epilogue is the rest. Backward mirrors it:
//
//   da = dh (1 - z) (1 - k^2)    dz = dh (h' - k) z(1-z)    q = da.U_h^T    dr = q h' r(1-r)    dh' = dh z + q r
//
// With recurrent_dropout aux is m r h', m being 0 or 1 / (1 - rate), and q is multiplied by m.
//
// Read once per ISA (foreach_isa.h), after gru_cell.h.

namespace rondo::RONDO_ISA {

struct GRUResetBeforeCell {
  static constexpr CellShape shape{3, 0, 3, 1, 2, 0, 3, {2, 0, 1}, 1};
  static constexpr bool reads_h = true;

  // The first pass: what it calls the new h is aux = r h'.
  template <class Act>
  static RONDO_INLINE void forward(const Act& f, V (&s)[3], V h0, V, V&, V& aux) {
    aux = f.gate(s[2]) * h0;
    f.gate(s[1]);
  }
};

template <class Act>
inline void reset_before_forward(const StepForward& s, const Act& f, bool sums) {
  constexpr int G = GRUResetBeforeCell::shape.gates;
  const Index Hp = s.size.Hp, stride = s.size.row();
  constexpr bool by_rows = std::is_same_v<Act, RowPair>;
  if (by_rows || sums) {
    forward_sums<GRUResetBeforeCell>(s, f);
  } else if constexpr (!by_rows) {
    forward_step<GRUResetBeforeCell>(s, f);  // h_out holds r h' for a moment
  }
  for (Index r = 0; r < s.rows; ++r) std::copy_n(s.h_out + r * stride, Hp, s.aux + r * Hp);
  if (s.late_drop)
    for (Index i = 0; i < s.rows * Hp; i += lanes) store(s.aux + i, load(s.aux + i) * load(s.late_drop + i));
  gemm(s.aux, Hp, s.rows, s.size.H, s.late, Hp, nullptr, true, s.gates, G * Hp);
  for (Index r = 0; r < s.rows; ++r) {
    f.begin();
    do {
      for (Index u = 0; u < Hp; u += lanes) {
        real* gates = s.gates + r * G * Hp + u;
        V a = load(gates);
        f.at(u);
        const V k = f.value(a), z = f.kept_gate(load(gates + Hp)), h0 = load(s.row + r * stride + s.size.Fp + u);
        if (!f.final()) continue;
        store(gates, a);
        store(s.h_out + r * stride + u, fma(z, h0 - k, k));
      }
    } while (f.again());
  }
}

template <class Act>
inline void reset_before_backward(const StepBackward& s, const Act& f) {
  constexpr int G = GRUResetBeforeCell::shape.gates;
  const Index Hp = s.size.Hp, stride = s.size.row();
  for (Index r = 0; r < s.rows; ++r) {
    f.begin();
    do {
      for (Index u = 0; u < Hp; u += lanes) {
        real* gates = s.gates + r * G * Hp + u;
        const V a = load(gates), kept_z = load(gates + Hp), h0 = load(s.row + r * stride + s.size.Fp + u);
        f.at(u);
        const V k = f.kept_value(a), z = f.kept_gate(kept_z), dh = load(s.dh + r * Hp + u);
        const V da = dh * (set(1) - z) * f.value_slope(a, k), dz = dh * (h0 - k) * f.gate_slope(kept_z, z);
        if (!f.final()) continue;
        const Index width = s.size.H - u;
        store(gates, first_lanes(da, width));
        store(gates + Hp, first_lanes(dz, width));
        store(s.dh + r * Hp + u, first_lanes(dh * z, width));
      }
    } while (f.again());
  }
  gemm(s.gates, G * Hp, s.rows, Hp, s.late_transposed, Hp, nullptr, false, s.late_scratch, Hp);
  for (Index r = 0; r < s.rows; ++r) {
    f.begin();
    do {
      for (Index u = 0; u < Hp; u += lanes) {
        real* kept = s.gates + r * G * Hp + 2 * Hp + u;
        V q = load(s.late_scratch + r * Hp + u);
        if (s.late_drop) q = q * load(s.late_drop + r * Hp + u);
        const V h0 = load(s.row + r * stride + s.size.Fp + u);
        f.at(u);
        const V reset = f.kept_gate(load(kept)), dr = q * h0 * f.gate_slope(load(kept), reset);
        if (!f.final()) continue;
        const Index width = s.size.H - u;
        store(kept, first_lanes(dr, width));
        store(s.dh + r * Hp + u, first_lanes(fma(q, reset, load(s.dh + r * Hp + u)), width));
      }
    } while (f.again());
  }
}

inline CellKernels make_reset_before_kernels() {
  return {
      cell_packed_size<GRUResetBeforeCell>,
      cell_pack<GRUResetBeforeCell>,
      [](const StepForward& s) { reset_before_forward(s, Standard{}, false); },
      [](const StepBackward& s) { reset_before_backward(s, Standard{}); },
      [](const StepForward& s) { reset_before_forward(s, any_pair(s), false); },
      [](const StepBackward& s) { reset_before_backward(s, any_pair(s)); },
      [](const StepForward& s) { reset_before_forward(s, Standard{}, true); },
      [](const StepForward& s) { reset_before_forward(s, any_pair(s), true); },
      [](const StepForward& s) {
        forward_step<SumsOf<GRUResetBeforeCell>>(s, NoActivation{});
        reset_before_forward(s, row_pair(s), true);
      },
      [](const StepForward& s) { reset_before_forward(s, row_pair(s), true); },
      [](const StepBackward& s) { reset_before_backward(s, row_pair(s)); },
  };
}

}  // namespace rondo::RONDO_ISA
