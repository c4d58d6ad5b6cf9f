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
        gates(r.training() || shape.late >= 0 ? r.kept(slot::gates) : nullptr),
        aux(shape.late >= 0 ? r.kept(slot::aux) : nullptr),
        order(r.kept<Index>(slot::order)),
        length(r.kept<Index>(slot::length)),
        alive(r.kept<Index>(slot::alive)),
        visit(r.kept<std::int32_t>(slot::visit)),
        mask(r.in().mask) {}

  // Where in time the v-th visit of the walk is.
  Index time(Index v) const { return layer.go_backwards ? T - 1 - v : v; }
  bool valid(Index sample, Index v) const { return !mask || mask[sample * T + time(v)]; }
  // The last output of the walk is that of a masked step, and those are zeros.
  bool ends_in_zeros(Index sample) const { return layer.zero_output_for_mask && !valid(sample, T - 1); }
  // Number of steps of the longest sample.
  Index steps() const { return B > 0 ? length[0] : 0; }
  Function activation() const { return *elementwise(layer.activation.name); }
  Function recurrent_activation() const { return *elementwise(layer.recurrent_activation.name); }
};

}  // namespace rondo
