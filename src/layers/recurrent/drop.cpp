// Dropout inside a recurrent layer, in training. One mask a sample holds for all time steps, as in Keras:
//
//   dropout            z = (m x).W + h.U          m = 0 with probability rate, else 1 / (1 - rate)
//   recurrent_dropout  z_g = x.W_g + (m_g h).U_g  a mask for every gate; with dropout x has one for every gate too
//
// A rate of exactly 1 is Keras's: SimpleRNN drops everything then, layers with gates nothing.
//
// The first needs no more than rows of m x. The second leaves the fused step: each gate has products of its own, and the cell's
// equations run on their sums. Backward: dh += sum m_g (dz_g.U_g^T), dU_g = (m_g h)^T.dz_g, and the same for x and W.
#include "layers/base/draws.h"
#include "layers/recurrent/call.h"

namespace rondo {
namespace {

// to (rows x width, stride ldt) = from (stride ldf) m (stride width_m)
void times(const real* from, Index ldf, const real* m, Index ldm, Index rows, Index width, real* to, Index ldt) {
  for (Index r = 0; r < rows; ++r)
    for (Index i = 0; i < width; ++i) to[r * ldt + i] = from[r * ldf + i] * m[r * ldm + i];
}

}  // namespace

void Recurrent::Walk::draw() const noexcept {
  const Draws draws(run, layer.name(), layer.seed);
  // kind 0: of x, 1: of h. The draws of a sample are its own, wherever it lies in the batch.
  const auto fill = [&](real* masks, Index count, Index width, Index stride, double rate, std::uint64_t kind) {
    if (rate == 1 && layer.gated()) rate = 0;
    const real scale = static_cast<real>(1 / (1 - rate));
    for (Index m = 0; m < count; ++m)
      for (Index r = 0; r < B; ++r) {
        real* to = masks + (m * B + r) * stride;
        std::array<std::uint32_t, 4> words{};
        for (Index i = 0; i < width; ++i) {
          if (i % 4 == 0)
            words = draws.four(run.row_number(order[r]),
                               (kind * 4 + static_cast<std::uint64_t>(m)) << 40 | static_cast<std::uint64_t>(i / 4));
          to[i] = static_cast<double>(words[static_cast<std::size_t>(i % 4)]) * 0x1p-32 < rate ? real(0) : scale;
        }
        std::fill(to + width, to + stride, real(1));
      }
  };
  const Index columns = shape.columns;
  if (drop_x) fill(drop_x, drop_h ? columns : 1, F, F, layer.dropout, 0);
  if (drop_h) fill(drop_h, columns, H, Hp(), layer.recurrent_dropout, 1);
}

void Recurrent::Walk::sums(const StepForward& step) const noexcept {
  const Kernels& k = kernels();
  const Index G = shape.gates, row = size.row(), stride = G * Hp();
  const real* packed_x = run.packed(gate_packs() + slot::gate_kernel);
  const real* packed_h = run.packed(gate_packs() + slot::gate_recurrent);
  const real* bias = layer.use_bias ? run.weight(2) : nullptr;
  real* const dropped = run.scratch(slot::dropped);
  const auto of = [&](const real* b, int g) { return b ? b + shape.column[g] * H : nullptr; };
  std::fill_n(step.gates, step.rows * stride, real(0));
  for (int g = shape.x_first; g < shape.x_first + shape.x_gates; ++g, packed_x += k.packed_size(F, H)) {
    const real* x = step.row;
    Index lda = row;
    if (drop_x) {
      times(x, row, x_drop(g), F, step.rows, F, dropped, F);
      x = dropped, lda = F;
    }
    k.gemm(x, lda, step.rows, F, packed_x, H, of(bias, g), false, step.gates + g * Hp(), stride);
  }
  const real* bias_h = bias && layer.two_biases() ? bias + shape.columns * H : nullptr;
  for (int g = shape.h_first; g < shape.h_first + shape.h_gates; ++g, packed_h += k.packed_size(H, H)) {
    times(step.row + size.Fp, row, h_drop(g), Hp(), step.rows, H, dropped, H);
    k.gemm(dropped, H, step.rows, H, packed_h, H, of(bias_h, g), true, step.gates + g * Hp(), stride);
  }
}

void Recurrent::Walk::back(const StepBackward& step) const noexcept {
  const Kernels& k = kernels();
  const real* packed = run.packed(gate_packs() + slot::gate_transposed_recurrent);
  real* const dropped = run.scratch(slot::dropped);
  for (int g = shape.h_first; g < shape.h_first + shape.h_gates; ++g, packed += k.packed_size(Hp(), H)) {
    k.gemm(step.gates + g * Hp(), shape.gates * Hp(), step.rows, Hp(), packed, H, nullptr, false, dropped, H);
    const real* m = h_drop(g);
    for (Index r = 0; r < step.rows; ++r)
      for (Index i = 0; i < H; ++i) step.dh[r * Hp() + i] += dropped[r * H + i] * m[r * Hp() + i];
  }
}

void Recurrent::Walk::weight_gradients() const noexcept {
  const Kernels& k = kernels();
  const Index row = size.row(), stride = shape.gates * Hp();
  real* const dropped = run.scratch(slot::dropped);
  // dropped = the part of every row, times its sample's mask
  const auto masked = [&](const real* part, const real* m, Index ldm, Index width) {
    Index at = 0;
    for (Index s = 0; s < steps(); at += alive[s++])
      times(part + at * row, row, m, ldm, alive[s], width, dropped + at * width, width);
    return at;
  };
  const auto add = [&](const real* a, Index lda, Index n, Index m, int g, real* gradient) {
    k.gemm_tn(a, lda, gates + g * Hp(), stride, m, n, H, gradient + shape.column[g] * H, shape.columns * H);
  };
  if (real* gradient = run.gradient(0))
    for (int g = shape.x_first; g < shape.x_first + shape.x_gates; ++g) {
      if (drop_x) {
        const Index total = masked(rows, x_drop(g), F, F);
        add(dropped, F, F, total, g, gradient);
      } else {
        add(rows, row, F, total(), g, gradient);
      }
    }
  if (real* gradient = run.gradient(1)) {
    for (int g = shape.h_first; g < shape.h_first + shape.h_gates; ++g) {
      const Index total = masked(rows + size.Fp, h_drop(g), Hp(), H);
      add(dropped, H, H, total, g, gradient);
    }
    if (shape.late >= 0) add(aux, Hp(), H, total(), shape.late, gradient);
  }
}

void Recurrent::Walk::input_gradients() const noexcept {
  const Kernels& k = kernels();
  const Index row = size.row();
  const real* packed = run.packed(gate_packs() + slot::gate_transposed_kernel);
  real* const dropped = run.scratch(slot::dropped);
  for (int g = shape.x_first; g < shape.x_first + shape.x_gates; ++g, packed += k.packed_size(Hp(), F)) {
    k.gemm(gates + g * Hp(), shape.gates * Hp(), total(), Hp(), packed, F, nullptr, false, dropped, F);
    const real* m = x_drop(g);
    Index at = 0;
    for (Index s = 0; s < steps(); at += alive[s++])
      for (Index r = 0; r < alive[s]; ++r)
        for (Index i = 0; i < F; ++i) {
          real& to = rows[(at + r) * row + i];
          to = (g == shape.x_first ? real(0) : to) + dropped[(at + r) * F + i] * m[r * F + i];
        }
  }
}

}  // namespace rondo
