// The walk of a ConvLSTM over time, forward and back, sample by sample. A masked step is passed by: the states stay, the output
// is repeated (or 0 with zero_output_for_mask).
//
// Dropout, in training: z_k = (m_k x) * W_k + (n_k h) * U_k + b_k for each gate k, with masks m, n of a sample that hold for
// all its time steps. Each gate is a convolution of its own then. The masks are drawn again on the way back.
#include <algorithm>

#include "kernels/kernels.h"
#include "layers/base/draws.h"
#include "layers/spatial/conv_lstm.h"

namespace rondo {

struct ConvLSTMLayer::Walk {
  const ConvLSTMLayer& layer;
  const Run& run;
  Convolution x, h;
  Index steps, places, values, in_values;  // values: of one state; in_values: of one time step of x
  bool keeps;
  bool drop_x, drop_h;

  Walk(const ConvLSTMLayer& l, const Run& r)
      : layer(l), run(r), keeps(r.keeps()), drop_x(r.training() && l.drops_x()), drop_h(r.training() && l.drops_h()) {
    const Dims& dims = r.in().dims;
    Dims step;
    step.rank = dims.rank - 1;
    step[0] = 1;
    for (int i = 1; i < step.rank; ++i) step[i] = dims[i + 1];
    x = l.input_convolution(step);
    Dims state = step;
    if (l.window.axes == 2) state[1] = x.window.y.out;
    state[l.window.axes] = x.window.x.out;
    h = l.recurrent_convolution(state);
    steps = dims[1];
    places = x.window.places_out();
    values = places * l.filters;
    in_values = step.elements();
  }

  // The time step read as number j of the walk.
  Index time(Index j) const { return layer.go_backwards ? steps - 1 - j : j; }
  bool valid(Index b, Index t) const {
    const Port& in = run.in();
    if (in.mask == nullptr) return true;
    const Index each = in.mask_size() / std::max<Index>(1, in.dims[0] * steps);
    const std::uint8_t* const mask = in.mask + (b * steps + t) * each;
    return std::any_of(mask, mask + each, [](std::uint8_t keep) { return keep != 0; });
  }
  // Row i of the outputs counts (OutputRows).
  bool counts(Index b, Index i) const {
    return valid(b, layer.return_sequences && layer.settles(layer.go_backwards, run.context()) ? i : time(i));
  }
  // States before step s of sample b; its gates.
  Index state_at(Index b, Index s) const { return (keeps ? b * (steps + 1) + s : s % 2) * values; }
  real* h_at(Index b, Index s) const { return run.kept(states_h) + state_at(b, s); }
  real* c_at(Index b, Index s) const { return run.kept(states_c) + state_at(b, s); }
  Index gates_at(Index b, Index s) const { return (keeps ? b * steps + s : 0) * 4 * values; }

  // (places, 4 filters) <-> four gates of (places, filters), i f c o.
  void apart(const real* z, real* g) const {
    const Index n = layer.filters;
    for (Index p = 0; p < places; ++p)
      for (Index k = 0; k < 4; ++k) std::copy_n(z + (p * 4 + k) * n, n, g + k * values + p * n);
  }
  void together(const real* g, real* z) const {
    const Index n = layer.filters;
    for (Index p = 0; p < places; ++p)
      for (Index k = 0; k < 4; ++k) std::copy_n(g + k * values + p * n, n, z + (p * 4 + k) * n);
  }
  const ActivationFunction& function(Index gate) const { return gate == 2 ? *layer.act_ : *layer.gate_; }

  // Draws the masks of a sample, four of x and four of h.
  void draw(Index b) const {
    if (!drop_x && !drop_h) return;
    const Draws draws(run, layer.name(), layer.seed);
    const auto fill = [&](real* masks, Index width, double rate, std::uint64_t kind) {
      const real scale = static_cast<real>(1 / (1 - rate));
      for (std::uint64_t m = 0; m < 4; ++m) {
        std::array<std::uint32_t, 4> words{};
        for (Index i = 0; i < width; ++i) {
          if (i % 4 == 0) words = draws.four(run.row_number(b), (kind * 4 + m) << 40 | static_cast<std::uint64_t>(i / 4));
          *masks++ = static_cast<double>(words[static_cast<std::size_t>(i % 4)]) * 0x1p-32 < rate ? real(0) : scale;
        }
      }
    };
    if (drop_x) fill(run.scratch(masks_x), in_values, layer.dropout, 0);
    if (drop_h) fill(run.scratch(masks_h), values, layer.recurrent_dropout, 1);
  }
  const real* mask(bool of_h, Index gate, Index n) const { return run.scratch(of_h ? masks_h : masks_x) + gate * n; }
  // What gate `gate` sees of n values.
  const real* drop(const real* from, Index n, bool of_h, Index gate) const {
    real* const to = run.scratch(dropped);
    const real* const m = mask(of_h, gate, n);
    for (Index i = 0; i < n; ++i) to[i] = from[i] * m[i];
    return to;
  }

  // z = [z +] gate by gate, what `all` does for the four at once.
  void convolve_dropped(const Convolution& all, const real* from, Index n, bool of_h, const real* bias, bool add,
                        real* z) const {
    const Convolution c = layer.one_gate(all);
    const real* packed = run.packed(layer.gate_pack(of_h, false));
    for (Index k = 0; k < 4; ++k, packed += c.packed_size())
      c.forward(drop(from, n, of_h, k), 1, packed, bias ? bias + k * layer.filters : nullptr, add, run.scratch(patches),
                z + k * layer.filters);
  }
  // Adds to dw and dx (each may be null) what the gradient z of all places gives.
  void convolve_back(const Convolution& c, const real* from, const real* z, const real* packed, real* dw, real* dx) const {
    const Index at_once = c.at_once(places);
    for (Index first = 0; first < places; first += at_once)
      c.backward(from, first, std::min(at_once, places - first), z + first * c.stride(), packed, run.scratch(patches), dw, dx);
  }
  void convolve_dropped_back(const Convolution& all, const real* from, Index n, bool of_h, const real* z, real* dw,
                             real* dx) const {
    const Convolution c = layer.one_gate(all);
    const real* packed = run.packed(layer.gate_pack(of_h, true));
    real* const d = dx ? run.scratch(d_dropped) : nullptr;
    for (Index k = 0; k < 4; ++k, packed += c.packed_back_size()) {
      if (d) std::fill_n(d, n, real(0));
      convolve_back(c, drop(from, n, of_h, k), z + k * layer.filters, packed, dw ? dw + k * layer.filters : nullptr, d);
      if (!d) continue;
      const real* const m = mask(of_h, k, n);
      for (Index i = 0; i < n; ++i) dx[i] += d[i] * m[i];
    }
  }

  void step(Index b, Index t, Index s) const {
    real *const z = run.scratch(products), *const g = run.kept(gates) + gates_at(b, s);
    real *const h0 = h_at(b, s), *const c0 = c_at(b, s), *const h1 = h_at(b, s + 1), *const c1 = c_at(b, s + 1);
    const real* const bias = layer.use_bias ? run.weight(2) : nullptr;
    const real* const x_t = run.in().values + (b * steps + t) * in_values;
    if (drop_x) {
      convolve_dropped(x, x_t, in_values, false, bias, false, z);
    } else {
      x.forward(x_t, 1, run.packed(pack_x), bias, false, run.scratch(patches), z);
    }
    if (drop_h) {
      convolve_dropped(h, h0, values, true, nullptr, true, z);
    } else {
      h.forward(h0, 1, run.packed(pack_h), nullptr, true, run.scratch(patches), z);
    }
    apart(z, g);
    if (keeps && layer.keeps_inputs()) std::copy_n(g, 4 * values, run.saved(before) + gates_at(b, s));
    for (Index k = 0; k < 4; ++k) function(k).forward(g + k * values, g + k * values, places, layer.filters);
    const real *const i = g, *const f = g + values, *const candidate = g + 2 * values, *const o = g + 3 * values;
    for (Index n = 0; n < values; ++n) c1[n] = f[n] * c0[n] + i[n] * candidate[n];
    layer.act_->forward(c1, h1, places, layer.filters);
    for (Index n = 0; n < values; ++n) h1[n] *= o[n];
  }

  // From d h and d c behind step s (which it uses up) to those before it; adds to the weights' gradients and, unless null, dx.
  void step_back(Index b, Index t, Index s, real* dh1, real* dc1, real* dh0, real* dc0, real* dx) const {
    const real* const g = run.kept(gates) + gates_at(b, s);
    const real *const i = g, *const f = g + values, *const candidate = g + 2 * values, *const o = g + 3 * values;
    const real *const h0 = h_at(b, s), *const c0 = c_at(b, s), *const c1 = c_at(b, s + 1);
    real *const d = run.scratch(d_gates), *const z = run.scratch(products);
    real* const active = dh0;  // act(c), until dh0 is made
    layer.act_->forward(c1, active, places, layer.filters);
    real* const through = d;  // what comes back through act(c), until the gates are made
    for (Index n = 0; n < values; ++n) through[n] = dh1[n] * o[n];
    layer.act_->backward(c1, active, through, through, places, layer.filters);
    for (Index n = 0; n < values; ++n) dc1[n] += through[n];
    for (Index n = 0; n < values; ++n) {
      d[3 * values + n] = dh1[n] * active[n];
      d[2 * values + n] = dc1[n] * i[n];
      d[values + n] = dc1[n] * c0[n];
      d[n] = dc1[n] * candidate[n];
      dc0[n] = dc1[n] * f[n];
    }
    const real* const was = layer.keeps_inputs() ? run.saved(before) + gates_at(b, s) : nullptr;
    for (Index k = 0; k < 4; ++k)
      function(k).backward(was ? was + k * values : nullptr, g + k * values, d + k * values, d + k * values, places,
                           layer.filters);
    together(d, z);
    std::fill_n(dh0, values, real(0));
    const real* const x_t = run.in().values + (b * steps + t) * in_values;
    if (drop_x) {
      convolve_dropped_back(x, x_t, in_values, false, z, run.gradient(0), dx);
    } else {
      convolve_back(x, x_t, z, run.packed(pack_x_back), run.gradient(0), dx);
    }
    if (drop_h) {
      convolve_dropped_back(h, h0, values, true, z, run.gradient(1), dh0);
    } else {
      convolve_back(h, h0, z, run.packed(pack_h_back), run.gradient(1), dh0);
    }
    if (layer.use_bias)
      if (real* db = run.gradient(2)) kernels().column_sums(z, 4 * layer.filters, places, 4 * layer.filters, db);
  }
};

void ConvLSTMLayer::forward_last(const Run& run) const noexcept {
  const Walk w(*this, run);
  const Index n = w.values, T = w.steps;
  const bool carries = run.carry() && run.state(carried_h) != nullptr;
  for (Index b = 0; b < run.in().dims[0]; ++b) {
    const auto start = [&](real* to, int input, const real* carried) {
      if (run.inputs() > 1) {
        std::copy_n(run.in(input).values + b * n, n, to);
      } else if (carries) {
        std::copy_n(carried + b * n, n, to);
      } else {
        std::fill_n(to, n, real(0));
      }
    };
    w.draw(b);
    start(w.h_at(b, 0), 1, run.state(carried_h));
    start(w.c_at(b, 0), 2, run.state(carried_c));
    Index s = 0;
    bool last = true;  // the step read last counts
    Index next = 0;    // to be read
    for (Index j = 0; j < T; ++j) {
      last = w.counts(b, j);
      if (last) {
        while (!w.valid(b, w.time(next))) ++next;
        w.step(b, w.time(next++), s++);
      }
      if (!return_sequences) continue;
      real* const y = run.out().values + (b * T + j) * n;
      if (!last && zero_output_for_mask) {
        std::fill_n(y, n, real(0));
      } else {
        std::copy_n(w.h_at(b, s), n, y);
      }
    }
    if (!return_sequences) {
      if (!last && zero_output_for_mask) {
        std::fill_n(run.out().values + b * n, n, real(0));
      } else {
        std::copy_n(w.h_at(b, s), n, run.out().values + b * n);
      }
    }
    if (return_state) {
      std::copy_n(w.h_at(b, s), n, run.out(1).values + b * n);
      std::copy_n(w.c_at(b, s), n, run.out(2).values + b * n);
    }
    if (carries) {
      std::copy_n(w.h_at(b, s), n, run.state(carried_h) + b * n);
      std::copy_n(w.c_at(b, s), n, run.state(carried_c) + b * n);
    }
    if (std::uint8_t* const mask = run.out().mask; mask != nullptr && run.in().mask != nullptr)
      for (Index t = 0; t < T; ++t)
        std::fill_n(mask + (b * T + t) * w.places, w.places, static_cast<std::uint8_t>(w.valid(b, t) ? 1 : 0));
  }
}

void ConvLSTMLayer::backward_last(const Run& run) const noexcept {
  const Walk w(*this, run);
  const Index n = w.values, T = w.steps;
  const real* const dy = run.d_out().values;
  if (real* dx = run.d_in().values) std::fill_n(dx, run.in().dims.elements(), real(0));
  for (Index b = 0; b < run.in().dims[0]; ++b) {
    w.draw(b);
    real *dh = run.scratch(d_h), *dc = run.scratch(d_c), *dh0 = dh + n, *dc0 = dc + n;
    const auto take = [&](real* to, int output) {
      const real* const from = return_state ? run.d_out(output).values : nullptr;
      if (from) std::copy_n(from + b * n, n, to);
      if (!from) std::fill_n(to, n, real(0));
    };
    take(dh, 1);
    take(dc, 2);
    Index s = 0;
    for (Index t = 0; t < T; ++t) s += w.valid(b, t) ? 1 : 0;
    Index next = T;  // behind the one to be read
    for (Index j = T - 1; j >= 0; --j) {
      const bool valid = w.counts(b, j);
      if (dy && (return_sequences || j == T - 1) && (valid || !zero_output_for_mask))
        kernels().add(dh, dy + (return_sequences ? b * T + j : b) * n, n);
      if (!valid) continue;
      do --next;
      while (!w.valid(b, w.time(next)));
      const Index t = w.time(next);
      real* const dx = run.d_in().values;
      w.step_back(b, t, --s, dh, dc, dh0, dc0, dx ? dx + (b * T + t) * w.in_values : nullptr);
      std::swap(dh, dh0);
      std::swap(dc, dc0);
    }
    for (int i = 1; i < run.inputs(); ++i)
      if (real* d = run.d_in(i).values) std::copy_n(i == 1 ? dh : dc, n, d + b * n);
  }
}

}  // namespace rondo
