// The walk forward in time.
#include <cstring>

#include "layers/recurrent/call.h"

namespace rondo {
namespace {

// Orders samples by their number of valid steps, longest first (a counting sort: stable, and no memory beyond `alive`), and
// lists each one's valid steps.
template <class Walk>
void pack_steps(const Walk& w) {
  if (!w.mask) {
    for (Index r = 0; r < w.B; ++r) {
      w.order[r] = r;
      w.length[r] = w.T;
    }
    std::fill_n(w.alive, w.T, w.B);
    w.alive[w.T] = 0;
    return;
  }
  const auto count = [&](Index sample) {
    Index n = 0;
    for (Index v = 0; v < w.T; ++v) n += w.valid(sample, v);
    return n;
  };
  // alive[s] = samples with more than s valid steps = the first row of those with exactly s.
  std::fill_n(w.alive, w.T + 1, Index{0});
  for (Index sample = 0; sample < w.B; ++sample) {
    const Index n = count(sample);
    for (Index s = 0; s < n; ++s) ++w.alive[s];
  }
  for (Index r = 0; r < w.B; ++r) w.order[r] = -1;
  for (Index sample = 0; sample < w.B; ++sample) {
    const Index n = count(sample);
    Index r = w.alive[n];  // rows before it are longer; the first free one of this length is ours
    while (w.order[r] >= 0) ++r;
    w.order[r] = sample;
    w.length[r] = n;
    Index s = 0;
    for (Index v = 0; v < w.T; ++v)
      if (w.valid(sample, v)) w.visit[r * w.T + s++] = static_cast<std::int32_t>(v);
  }
}

}  // namespace

void Recurrent::forward(const Run& run) const noexcept {
  const Walk w(*this, run);
  pack_steps(w);
  if (w.drop_x || w.drop_h) w.draw();
  const Index B = w.B, T = w.T, F = w.F, H = w.H, Hp = w.size.Hp, row = w.size.row();
  const int states = w.shape.states;
  const bool training = run.training();
  const bool keeps_state = run.state(slot::state) != nullptr;
  const bool carries = run.carry() && keeps_state;
  real* const out = run.out().values;

  // The initial state i of a sample, H reals, or null for zeros.
  const auto initial = [&](int i, Index sample) -> const real* {
    if (run.inputs() > 1) return run.in(1 + i).values + sample * H;
    return carries ? run.state(slot::state + i) + sample * H : nullptr;
  };
  const auto start = [&](real* to, const real* from) {
    if (from) {
      std::memcpy(to, from, static_cast<std::size_t>(H) * sizeof(real));
      std::fill(to + H, to + Hp, real(0));
    } else {
      std::fill_n(to, Hp, real(0));
    }
  };
  const auto put = [&](real* to, const real* from) {
    if (from) {
      std::copy_n(from, H, to);
    } else {
      std::fill_n(to, H, real(0));
    }
  };
  // The state after a sample's last valid step goes wherever it is wanted. `h`, `c` may be null: zeros.
  const auto finish = [&](Index sample, const real* h, const real* c) {
    if (!return_sequences) put(out + sample * H, w.ends_in_zeros(sample) ? nullptr : h);
    if (return_state) {
      put(run.out(1).values + sample * H, h);
      if (states == 2) put(run.out(2).values + sample * H, c);
    }
    if (keeps_state) {
      real* const to = run.state(slot::state) + sample * H;
      if (to != h) put(to, h);
      if (states == 2) {
        real* const to_c = run.state(slot::state + 1) + sample * H;
        if (to_c != c) put(to_c, c);
      }
    }
  };

  const Index steps = w.steps();
  for (Index r = 0; r < B; ++r) {
    const Index sample = w.order[r];
    if (return_sequences)  // before the first valid step the output is the initial h
      for (Index v = 0; v < T && !w.counts(sample, v); ++v)
        put(out + (sample * T + v) * H, zero_output_for_mask ? nullptr : initial(0, sample));
    if (w.length[r] == 0) {
      finish(sample, initial(0, sample), states == 2 ? initial(1, sample) : nullptr);
      continue;
    }
    start(w.rows + r * row + w.size.Fp, initial(0, sample));
    if (states == 2) start(w.cells + r * Hp, initial(1, sample));
  }

  StepForward step{};
  step.size = w.size;
  step.packed = run.packed(slot::forward);
  step.late = w.shape.late >= 0 ? run.packed(slot::late_forward) : nullptr;
  step.aux = w.aux;
  step.gates = w.gates;
  step.activation = w.activation();
  step.recurrent_activation = w.recurrent_activation();
  step.by_rows = row_functions(run);
  const auto kernel = [&](auto usual, auto any, auto rows) { return standard() ? usual : by_rows_ ? rows : any; };
  const auto run_step = w.drop_h ? kernel(w.cell.forward_sums, w.cell.forward_sums_any, w.cell.forward_sums_rows)
                                 : kernel(w.cell.forward, w.cell.forward_any, w.cell.forward_rows);
  if (w.drop_h && step.late) step.late_drop = w.h_drop(w.shape.late);

  Index at = 0;  // first row of this step
  for (Index s = 0; s < steps; ++s) {
    const Index alive = w.alive[s];
    const Index next = training ? at + alive : (at == 0 ? B : 0);
    for (Index r = 0; r < alive; ++r) {
      const Index t = w.time(w.mask ? w.visit[r * T + s] : s);
      std::memcpy(w.rows + (at + r) * row, run.in().values + (w.order[r] * T + t) * F,
                  static_cast<std::size_t>(F) * sizeof(real));
    }
    if (w.drop_x && !w.drop_h)
      for (Index r = 0; r < alive; ++r)
        for (Index i = 0; i < F; ++i) w.rows[(at + r) * row + i] *= w.drop_x[r * F + i];
    step.rows = alive;
    step.row = w.rows + at * row;
    step.h_out = w.rows + next * row + w.size.Fp;
    if (states == 2) {
      step.cell_in = w.cells + at * Hp;
      step.cell_out = w.cells + next * Hp;
    }
    if (w.drop_h) w.sums(step);
    run_step(step);
    if (training) {
      step.gates += alive * w.shape.gates * Hp;
      if (step.aux) step.aux += alive * Hp;
    }
    // Rows that end here leave their state where the next step's rows begin; take it out before it is overwritten.
    const Index still = w.alive[s + 1];
    for (Index r = return_sequences ? 0 : still; r < alive; ++r) {
      const Index sample = w.order[r];
      const real* h = w.rows + (next + r) * row + w.size.Fp;
      if (return_sequences) std::copy_n(h, H, out + (sample * T + w.place(r, s)) * H);
      if (r >= still) finish(sample, h, states == 2 ? w.cells + (next + r) * Hp : nullptr);
    }
    at = next;
  }

  // A masked step repeats the output before it, or zeros if asked for. (Those before the first valid step are done.)
  if (w.mask && return_sequences) {
    for (Index sample = 0; sample < B; ++sample) {
      const real* before = nullptr;
      for (Index v = 0; v < T; ++v) {
        real* to = out + (sample * T + v) * H;
        if (w.counts(sample, v)) {
          before = to;
        } else if (before) {
          put(to, zero_output_for_mask ? nullptr : before);
        }
      }
    }
  }
}

}  // namespace rondo
