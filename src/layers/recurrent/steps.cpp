#include "layers/recurrent/steps.h"

#include <algorithm>
#include <array>

#include "layers/base/names.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

// Of every step in training, where they are kept for backward; of the one step under way in inference (of two for the states).
enum { x_slot, y_slot, state_slot };
// Scratch of backward: the gradient of y that masked steps hand on to the step they repeat, those of y and x, and for each
// state three: as it flows, into the cell, out of it.
enum { pending_slot = 16, dy_slot, dx_slot, d_state_slot };

constexpr int max_ports = 1 + Steps::most_states;

}  // namespace

Steps::Steps(const LayerRef& cell) : cell_(cell) {
  const auto& known = dynamic_cast<const RNNCell&>(*cell);
  sizes_ = known.state_sizes();
  units = known.output_size();
  if (sizes_.empty() || sizes_.size() > most_states || units <= 0 || *std::min_element(sizes_.begin(), sizes_.end()) <= 0)
    fail(Code::value, "a cell needs 1 to " + std::to_string(most_states) +
                          " states and an output of positive sizes; check state_sizes() and output_size() of " +
                          escaped(cell->class_name()));
  set_name(cell->name(), true);
}

Shapes Steps::step_inputs(Index samples, Index features) const {
  Shapes in{Shape{samples, features}};
  for (const Index size : sizes_) in.push_back({samples, size});
  return in;
}

Shapes Steps::output_shapes(const Shapes& in) const {
  for (std::size_t i = 1; i < in.size(); ++i)
    if (in[i].rank() != 2 || in[i][1] != sizes_[i - 1])
      fail(Code::shape, cell_->described() + ": this initial state has shape (samples, " + std::to_string(sizes_[i - 1]) +
                            "), got " + in[i].text());
  const Shapes wanted = step_inputs(in[0][0], in[0][2]), made = cell_->output_shapes(wanted);
  bool fits = made.size() == wanted.size() && made[0].rank() == 2 && made[0][1] == units;
  for (std::size_t i = 1; fits && i < made.size(); ++i) fits = made[i].rank() == 2 && made[i][1] == sizes_[i - 1];
  if (!fits)
    fail(Code::shape,
         cell_->described() + ": output_shapes must be (samples, output_size), then (samples, size) of each state");
  Shapes out{return_sequences ? Shape{in[0][0], in[0][1], units} : Shape{in[0][0], units}};
  if (return_state) out.insert(out.end(), wanted.begin() + 1, wanted.end());
  return out;
}

void Steps::plan(const Shapes& in, Plan& plan) const {
  const Index B = in[0][0], T = in[0][1], F = in[0][2];
  const Index kept = plan.training() ? T : 1, around = plan.training() ? checked_add(T, 1) : 2;
  plan.kept(x_slot, checked_mul(kept, checked_mul(B, F)));
  plan.kept(y_slot, checked_mul(kept, checked_mul(B, units)));
  for (int i = 0; i < states(); ++i) {
    const Index values = checked_mul(B, sizes_[static_cast<std::size_t>(i)]);
    plan.kept(state_slot + i, checked_mul(around, values));
    if (plan.training())
      for (int k = 0; k < 3; ++k) plan.scratch(d_state_slot + 3 * i + k, values);
    if (plan.streaming() || keep_state) plan.state(i, values);
  }
  if (plan.training()) {
    plan.scratch(pending_slot, checked_mul(B, units));
    plan.scratch(dy_slot, checked_mul(B, units));
    plan.scratch(dx_slot, checked_mul(B, F));
  }
  for (Index t = 0; t < kept; ++t) plan.child(static_cast<int>(t), *cell_, step_inputs(B, F));
}

struct Steps::Walk {
  const Steps& layer;
  const Run& run;
  Index B, T, F, U;
  bool keeps;
  int states;
  std::array<Port, max_ports> ins, outs, d_ins, d_outs;

  Walk(const Steps& l, const Run& r)
      : layer(l),
        run(r),
        B(r.in().dims[0]),
        T(r.in().dims[1]),
        F(r.in().dims[2]),
        U(l.units),
        keeps(r.keeps()),
        states(l.states()) {}

  Index size(int i) const { return layer.sizes_[static_cast<std::size_t>(i)]; }
  Index time(Index v) const { return layer.go_backwards ? T - 1 - v : v; }
  bool valid(Index b, Index v) const { return run.in().mask == nullptr || run.in().mask[b * T + time(v)] != 0; }
  bool any_valid(Index v) const {
    for (Index b = 0; b < B; ++b)
      if (valid(b, v)) return true;
    return false;
  }
  // Before the first valid step the output is the first state, if it may be one.
  bool starts_from_state() const { return size(0) == U; }

  real* x(Index v) const { return run.kept(x_slot) + (keeps ? v : 0) * B * F; }
  real* y(Index v) const { return run.kept(y_slot) + (keeps ? v : 0) * B * U; }
  real* state(int i, Index v) const { return run.kept(state_slot + i) + (keeps ? v : v % 2) * B * size(i); }
  real* d_state(int i, int k) const { return run.scratch(d_state_slot + 3 * i + k); }
  // Rows of the outputs that have the mask of the input (OutputRows): does row t count, and which takes the output of step v?
  bool settles() const {
    return layer.settles(layer.go_backwards, run.context()) && layer.return_sequences && run.in().mask != nullptr;
  }
  bool counts(Index b, Index t) const { return run.in().mask[b * T + t] != 0; }
  Index place(Index b, Index v) const {
    Index before = 0, t = 0;
    for (Index i = 0; i < v; ++i) before += valid(b, i) ? 1 : 0;
    for (; !counts(b, t) || before > 0; ++t) before -= counts(b, t) ? 1 : 0;
    return t;
  }
  real* out_row(Index b, Index v) const { return run.out().values + (layer.return_sequences ? b * T + v : b) * U; }

  Port port(real* values, Index width) const {
    Port p;
    p.values = values;
    p.dims.rank = 2;
    p.dims[0] = B;
    p.dims[1] = width;
    return p;
  }
  // The ports of step v.
  void ports(Index v) {
    ins[0] = port(x(v), F);
    outs[0] = port(y(v), U);
    for (int i = 0; i < states; ++i) {
      ins[static_cast<std::size_t>(i) + 1] = port(state(i, v), size(i));
      outs[static_cast<std::size_t>(i) + 1] = port(state(i, v + 1), size(i));
    }
  }
  std::span<const Port> all(const std::array<Port, max_ports>& p) const {
    return {p.data(), static_cast<std::size_t>(states) + 1};
  }
  int child(Index v) const { return keeps ? static_cast<int>(v) : 0; }
};

void Steps::forward(const Run& run) const noexcept {
  Walk w(*this, run);
  const bool keeps_state = run.state(0) != nullptr, carries = run.carry() && keeps_state;
  for (int i = 0; i < w.states; ++i) {
    const real* from = run.inputs() > 1 ? run.in(1 + i).values : carries ? run.state(i) : nullptr;
    if (from) std::copy_n(from, w.B * w.size(i), w.state(i, 0));
    if (!from) std::fill_n(w.state(i, 0), w.B * w.size(i), real(0));
  }
  const auto first_state = [&](Index b) -> const real* {  // null: zeros (what is carried is replaced at the end)
    const real* from = run.inputs() > 1 ? run.in(1).values : carries ? run.state(0) : nullptr;
    return from ? from + b * w.U : nullptr;
  };
  const auto put = [&](real* to, const real* from) {
    if (from) std::copy_n(from, w.U, to);
    if (!from) std::fill_n(to, w.U, real(0));
  };
  for (Index v = 0; v < w.T; ++v) {
    if (w.any_valid(v)) {
      for (Index b = 0; b < w.B; ++b) {
        const real* from = run.in().values + (b * w.T + w.time(v)) * w.F;
        if (w.valid(b, v)) std::copy_n(from, w.F, w.x(v) + b * w.F);
        if (!w.valid(b, v)) std::fill_n(w.x(v) + b * w.F, w.F, real(0));
      }
      w.ports(v);
      cell_->forward(run.child(w.child(v), w.all(w.ins), w.all(w.outs)));
    }
    for (Index b = 0; b < w.B; ++b) {
      const bool valid = w.valid(b, v);
      for (int i = 0; i < w.states && !valid; ++i)
        std::copy_n(w.state(i, v) + b * w.size(i), w.size(i), w.state(i, v + 1) + b * w.size(i));
      real* const to = w.out_row(b, valid && w.settles() ? w.place(b, v) : v);
      if (w.settles()) {
        if (valid) put(to, w.y(v) + b * w.U);
      } else if (valid) {
        put(to, w.y(v) + b * w.U);
      } else if (zero_output_for_mask && (return_sequences || v == w.T - 1)) {
        put(to, nullptr);
      } else if (v == 0) {
        put(to, w.starts_from_state() ? w.state(0, 0) + b * w.U : nullptr);
      } else if (return_sequences) {
        put(to, to - w.U);
      }
    }
  }
  for (Index b = 0; b < w.B && w.settles(); ++b)  // the masked rows, each like the one before it
    for (Index t = 0; t < w.T; ++t) {
      real* const to = w.out_row(b, t);
      if (w.counts(b, t)) continue;
      if (zero_output_for_mask || (t == 0 && !w.starts_from_state()))
        put(to, nullptr);
      else
        put(to, t > 0 ? to - w.U : first_state(b));
    }
  for (int i = 0; i < w.states; ++i) {
    const real* last = w.state(i, w.T);
    if (return_state) std::copy_n(last, w.B * w.size(i), run.out(1 + i).values);
    if (keeps_state) std::copy_n(last, w.B * w.size(i), run.state(i));
  }
}

void Steps::backward(const Run& run) const noexcept {
  Walk w(*this, run);
  const real* const d_out = run.d_out().values;
  real* const d_in = run.d_in().values;
  real* const pending = run.scratch(pending_slot);
  std::fill_n(pending, w.B * w.U, real(0));
  for (int i = 0; i < w.states; ++i) {
    const real* from = return_state ? run.d_out(1 + i).values : nullptr;
    if (from) std::copy_n(from, w.B * w.size(i), w.d_state(i, 0));
    if (!from) std::fill_n(w.d_state(i, 0), w.B * w.size(i), real(0));
  }
  if (d_in) std::fill_n(d_in, w.B * w.T * w.F, real(0));
  const auto select = [&](const real* from, Index width, Index v, real* to) {  // zeros where a row is masked
    for (Index b = 0; b < w.B; ++b)
      for (Index u = 0; u < width; ++u) to[b * width + u] = w.valid(b, v) ? from[b * width + u] : real(0);
  };
  // d of a row and of the masked ones behind it, which are like it.
  const auto add_rows = [&](Index b, Index from) {
    for (Index t = from; t < w.T && (t == from || !w.counts(b, t)); ++t)
      for (Index u = 0; u < w.U && (w.counts(b, t) || !zero_output_for_mask); ++u)
        pending[b * w.U + u] += d_out[(b * w.T + t) * w.U + u];
  };
  for (Index v = w.T - 1; v >= 0; --v) {
    for (Index b = 0; b < w.B && d_out && w.settles(); ++b)
      if (w.valid(b, v)) add_rows(b, w.place(b, v));
    for (Index b = 0; b < w.B && d_out && !w.settles() && (return_sequences || v == w.T - 1); ++b) {
      if (!w.valid(b, v) && zero_output_for_mask) continue;
      const real* d = d_out + (return_sequences ? b * w.T + v : b) * w.U;
      for (Index u = 0; u < w.U; ++u) pending[b * w.U + u] += d[u];
    }
    if (!w.any_valid(v)) continue;
    w.ports(v);
    w.d_outs[0] = w.port(run.scratch(dy_slot), w.U);
    w.d_ins[0] = w.port(d_in ? run.scratch(dx_slot) : nullptr, w.F);
    select(pending, w.U, v, w.d_outs[0].values);
    for (int i = 0; i < w.states; ++i) {
      const auto at = static_cast<std::size_t>(i) + 1;
      w.d_outs[at] = w.port(w.d_state(i, 1), w.size(i));
      w.d_ins[at] = w.port(w.d_state(i, 2), w.size(i));
      select(w.d_state(i, 0), w.size(i), v, w.d_outs[at].values);
    }
    cell_->backward(run.child(w.child(v), w.all(w.ins), w.all(w.outs), w.all(w.d_ins), w.all(w.d_outs)));
    for (Index b = 0; b < w.B; ++b) {
      if (!w.valid(b, v)) continue;
      std::fill_n(pending + b * w.U, w.U, real(0));
      for (int i = 0; i < w.states; ++i)
        std::copy_n(w.d_state(i, 2) + b * w.size(i), w.size(i), w.d_state(i, 0) + b * w.size(i));
      if (d_in) std::copy_n(w.d_ins[0].values + b * w.F, w.F, d_in + (b * w.T + w.time(v)) * w.F);
    }
  }
  for (Index b = 0; b < w.B && d_out && w.settles(); ++b)
    if (!w.counts(b, 0)) add_rows(b, 0);
  // What is left of the outputs before the first valid step is the first state's.
  if (w.starts_from_state())
    for (Index n = 0; n < w.B * w.U; ++n) w.d_state(0, 0)[n] += pending[n];
  for (int i = 0; i < w.states && run.inputs() > 1; ++i)
    if (real* to = run.d_in(1 + i).values) std::copy_n(w.d_state(i, 0), w.B * w.size(i), to);
}

}  // namespace rondo
