// The walk backward in time, and the gradients of the weights: large products outside the time loop.
#include <cstring>

#include "layers/recurrent/call.h"

namespace rondo {
namespace {

// Adds A^T.D for one range of gates into a Keras weight gradient: columns of gate g go to block column[g].
void add_weight_gradient(const CellShape& shape, const real* a, Index lda, Index n, const real* dz, int first, int gates,
                         const Padded& size, Index rows, real* gradient) {
  const Kernels& k = kernels();
  const Index H = size.H, Hp = size.Hp, stride = shape.columns * H;
  bool in_order = H == Hp;  // gates side by side here as there: one product
  for (int g = 1; g < gates; ++g) in_order = in_order && shape.column[first + g] == shape.column[first + g - 1] + 1;
  if (in_order) {
    k.gemm_tn(a, lda, dz + first * Hp, shape.gates * Hp, rows, n, gates * H, gradient + shape.column[first] * H, stride);
    return;
  }
  for (int g = first; g < first + gates; ++g)
    k.gemm_tn(a, lda, dz + g * Hp, shape.gates * Hp, rows, n, H, gradient + shape.column[g] * H, stride);
}

}  // namespace

void Recurrent::backward(const Run& run) const noexcept {
  const Walk w(*this, run);
  const Kernels& k = kernels();
  const Index B = w.B, T = w.T, F = w.F, H = w.H, Hp = w.size.Hp, row = w.size.row();
  const int states = w.shape.states, G = w.shape.gates;
  real* const dh = run.scratch(slot::dh);
  real* const dc = states == 2 ? run.scratch(slot::dc) : nullptr;
  const real* const d_out = run.d_out().values;
  // With one output, its gradient is there; with return_state some may be absent.
  const auto d_state = [&](int i) { return return_state ? run.d_out(1 + i).values : nullptr; };
  const auto add = [&](real* to, const real* from) { k.add(to, from, H); };

  std::fill_n(dh, B * Hp, real(0));
  if (dc) std::fill_n(dc, B * Hp, real(0));
  for (Index r = 0; r < B; ++r) {  // gradients of the state after the last valid step
    const Index sample = w.order[r];
    if (!return_sequences && d_out && !w.ends_in_zeros(sample)) add(dh + r * Hp, d_out + sample * H);
    if (d_state(0)) add(dh + r * Hp, d_state(0) + sample * H);
    if (dc && d_state(1)) add(dc + r * Hp, d_state(1) + sample * H);
  }
  // The gradient of the output in row v and of the masked steps after it, which repeat it, flows into row r.
  const auto add_outputs = [&](Index r, Index from) {
    const Index sample = w.order[r];
    for (Index v = from; v < T; ++v) {
      if (v > from && w.counts(sample, v)) break;
      if (v >= 0 && !(zero_output_for_mask && !w.counts(sample, v))) add(dh + r * Hp, d_out + (sample * T + v) * H);
    }
  };

  StepBackward step{};
  step.size = w.size;
  step.dh = dh;
  step.dc = dc;
  step.late_transposed = w.shape.late >= 0 ? run.packed(slot::late_transposed) : nullptr;
  step.late_scratch = w.shape.late >= 0 ? run.scratch(slot::late) : nullptr;
  step.activation = w.activation();
  step.recurrent_activation = w.recurrent_activation();
  if (w.drop_h && w.shape.late >= 0) step.late_drop = w.h_drop(w.shape.late);
  step.by_rows = row_functions(run);
  const auto run_step = standard() ? w.cell.backward : by_rows_ ? w.cell.backward_rows : w.cell.backward_any;
  const real* const transposed = run.packed(slot::transposed_recurrent);

  const Index steps = w.steps();
  const Index total = w.total();
  Index at = total;
  for (Index s = steps - 1; s >= 0; --s) {
    const Index alive = w.alive[s];
    at -= alive;
    if (return_sequences && d_out)
      for (Index r = 0; r < alive; ++r) add_outputs(r, w.place(r, s));
    step.rows = alive;
    step.row = w.rows + at * row;
    step.gates = w.gates + at * G * Hp;
    if (dc) step.cell_in = w.cells + at * Hp;
    run_step(step);
    if (w.drop_h)
      w.back(step);
    else
      k.gemm(step.gates + w.shape.h_first * Hp, G * Hp, alive, w.shape.h_gates * Hp, transposed, H, nullptr, true, dh, Hp);
  }

  // What is left belongs to the initial state; the outputs before the first valid step repeated it.
  if (run.inputs() > 1) {
    for (Index r = 0; r < B; ++r) {
      const Index sample = w.order[r];
      if (return_sequences && d_out && !w.counts(sample, 0)) add_outputs(r, -1);
      for (int i = 0; i < states; ++i)
        if (real* to = run.d_in(1 + i).values) std::copy_n((i == 0 ? dh : dc) + r * Hp, H, to + sample * H);
    }
  }

  if (w.drop_h) {
    w.weight_gradients();
  } else {
    if (real* gradient = run.gradient(0))
      add_weight_gradient(w.shape, w.rows, row, F, w.gates, w.shape.x_first, w.shape.x_gates, w.size, total, gradient);
    if (real* gradient = run.gradient(1)) {
      add_weight_gradient(w.shape, w.rows + w.size.Fp, row, H, w.gates, w.shape.h_first, w.shape.h_gates, w.size, total,
                          gradient);
      if (w.shape.late >= 0) add_weight_gradient(w.shape, w.aux, Hp, H, w.gates, w.shape.late, 1, w.size, total, gradient);
    }
  }
  if (use_bias) {
    if (real* gradient = run.gradient(2)) {
      const auto sums = [&](int first, int gates, real* to) {
        for (int g = first; g < first + gates; ++g)
          k.column_sums(w.gates + g * Hp, G * Hp, total, H, to + w.shape.column[g] * H);
      };
      sums(w.shape.x_first, w.shape.x_gates, gradient);
      if (two_biases()) sums(w.shape.h_first, w.shape.h_gates, gradient + w.shape.columns * H);
    }
  }

  if (real* d_in = run.d_in().values) {
    // The rows are done with: their x part takes dx = dz.W^T, in one product.
    if (w.drop_x && w.drop_h)
      w.input_gradients();
    else
      k.gemm(w.gates + w.shape.x_first * Hp, G * Hp, total, w.shape.x_gates * Hp, run.packed(slot::transposed_kernel), F,
             nullptr, false, w.rows, row);
    if (w.mask) std::fill_n(d_in, B * T * F, real(0));
    at = 0;
    for (Index s = 0; s < steps; at += w.alive[s++])
      for (Index r = 0; r < w.alive[s]; ++r) {
        const Index t = w.time(w.mask ? w.visit[r * T + s] : s);
        real* to = d_in + (w.order[r] * T + t) * F;
        std::copy_n(w.rows + (at + r) * row, F, to);
        if (w.drop_x && !w.drop_h)
          for (Index i = 0; i < F; ++i) to[i] *= w.drop_x[r * F + i];
      }
  }
}

}  // namespace rondo
