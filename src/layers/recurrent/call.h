// One call of the walk: its sizes and slots, resolved.
#pragma once

#include <algorithm>

#include "layers/recurrent/slots.h"
#include "layers/recurrent/walk.h"

namespace rondo {

struct Recurrent::Walk {
  const Recurrent& layer;
  const Run& run;
  const CellShape& shape;
  const CellKernels& cell;
  Padded size;
  Index B, T, F, H;
  real *rows, *cells, *gates, *aux;
  Index *order, *length, *alive;
  std::int32_t* visit;
  const std::uint8_t* mask;
  real *drop_x, *drop_h;  // null: nothing is dropped

  Walk(const Recurrent& l, const Run& r)
      : layer(l),
        run(r),
        shape(l.cell().shape),
        cell(l.cell().kernels->active()),
        size(l.padded(r.in().dims[2])),
        B(r.in().dims[0]),
        T(r.in().dims[1]),
        F(size.F),
        H(size.H),
        rows(r.kept(slot::rows)),
        cells(shape.states == 2 ? r.kept(slot::cells) : nullptr),
        gates(r.training() || shape.late >= 0 || l.by_rows_ ? r.kept(slot::gates) : nullptr),
        aux(shape.late >= 0 ? r.kept(slot::aux) : nullptr),
        order(r.kept<Index>(slot::order)),
        length(r.kept<Index>(slot::length)),
        alive(r.kept<Index>(slot::alive)),
        visit(r.kept<std::int32_t>(slot::visit)),
        mask(r.in().mask),
        drop_x(r.training() ? r.saved(slot::drop_x) : nullptr),
        drop_h(r.training() ? r.saved(slot::drop_h) : nullptr) {}

  // Keras's block of columns of a gate: which mask it sees. Without recurrent_dropout x has one mask for all gates.
  const real* x_drop(int gate) const { return drop_x + (drop_h ? shape.column[gate] : 0) * B * F; }
  const real* h_drop(int gate) const { return drop_h + shape.column[gate] * B * Hp(); }
  Index Hp() const { return size.Hp; }
  // The first pack of recurrent_dropout.
  int gate_packs() const { return shape.late >= 0 ? slot::late_transposed + 1 : slot::transposed_kernel + 1; }

  // drop.cpp
  void draw() const noexcept;                          // fills drop_x and drop_h
  void sums(const StepForward& step) const noexcept;   // z of every gate, where h is dropped
  void back(const StepBackward& step) const noexcept;  // dh += sum over gates of m (dz.U^T)
  void weight_gradients() const noexcept;              // of W and U
  void input_gradients() const noexcept;               // dx over the x part of the rows, where x has masks too

  // Where in time the v-th visit of the walk is.
  Index time(Index v) const { return layer.go_backwards ? T - 1 - v : v; }
  bool valid(Index sample, Index v) const { return !mask || mask[sample * T + time(v)]; }
  // The rows of the outputs, which have the mask of the input (OutputRows): does row i of a sample count, and which row takes
  // the output of step s of row r of the walk?
  bool settles() const { return layer.settles(layer.go_backwards, run.context()); }
  bool counts(Index sample, Index i) const { return !mask || mask[sample * T + (settles() ? i : time(i))]; }
  Index place(Index r, Index s) const {
    if (!mask) return s;
    return settles() ? time(visit[r * T + length[r] - 1 - s]) : visit[r * T + s];
  }
  // The last output of the walk is that of a masked step, and those are zeros.
  bool ends_in_zeros(Index sample) const { return layer.zero_output_for_mask && !valid(sample, T - 1); }
  // Number of steps of the longest sample.
  Index steps() const { return B > 0 ? length[0] : 0; }
  // Rows of all steps.
  Index total() const {
    Index n = 0;
    for (Index s = 0; s < steps(); ++s) n += alive[s];
    return n;
  }
  // Not looked at by rows.
  Function activation() const { return elementwise(layer.activation.name).value_or(Function::linear); }
  Function recurrent_activation() const { return elementwise(layer.recurrent_activation.name).value_or(Function::linear); }
};

}  // namespace rondo
