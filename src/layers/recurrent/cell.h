// What a recurrent cell gives the walk over time: its shape in numbers, and one step forward and backward per ISA.
//
// A cell works on accumulators ("gates") z, one vector of H units each. Two products feed them:
//
//     z[x_first ... +x_gates] += x . W          z[h_first ... +h_gates] += h . U
//
// LSTM: all four from both. GRU with reset_after: z and r from both, the candidate's two halves apart. A cell whose candidate
// needs another gate first (GRU with reset_after = false) has one `late` gate, fed by a row it computes itself: aux . U_late.
#pragma once

#include "activations/base/function.h"
#include "kernels/isa.h"
#include "rondo/activations/activation.h"
#include "rondo/core/types.h"

namespace rondo {

struct CellShape {
  int gates;  // accumulators per unit
  int x_first, x_gates;
  int h_first, h_gates;
  int late;       // the gate fed by aux . U_late, or -1
  int columns;    // blocks of H columns in Keras's kernel
  int column[4];  // gate -> Keras's block of columns
  int states;     // 1: h; 2: h and c
};

// The padded sizes of one layer on the active ISA: every row of units is a whole number of vectors.
struct Padded {
  Index F, H;                            // features, units
  Index Fp, Hp;                          // padded to vectors
  Index row() const { return Fp + Hp; }  // [x | h]: the stride of a row
};

// Activations that look at all units of a sample at once (softmax), or that no kernel has.
struct RowFunctions {
  static constexpr int most_calls = 16;  // of activations and their slopes in one step of a cell
  const ActivationFunction *activation = nullptr, *recurrent_activation = nullptr;
  real* scratch = nullptr;  // (most_calls + 2) x Hp
};

struct StepForward {
  Padded size;
  Index rows;           // samples still alive
  const real* row;      // rows x size.row(): [x_t | h_(t-1)]
  const real* packed;   // from CellKernels::pack
  const real* late;     // packed U_late, or null
  const real* cell_in;  // rows x Hp: c_(t-1); null if the cell has one state
  real* cell_out;       // rows x Hp: c_t; may be cell_in
  real* h_out;          // rows, stride size.row(): the h part of the next step's rows
  real* gates;          // rows x gates x Hp: what backward needs; null in inference unless the cell has a late gate
  real* aux;            // rows x Hp; null unless the cell has a late gate
  Function activation, recurrent_activation;
  const real* late_drop = nullptr;  // rows x Hp: what aux is multiplied by; null: nothing
  RowFunctions by_rows = {};
};

struct StepBackward {
  Padded size;
  Index rows;
  const real* row;
  real* gates;  // what forward kept; becomes dz
  const real* cell_in;
  real* dh;                     // rows x Hp: in d loss / d h_t; out only what flows straight to h_(t-1)
  real* dc;                     // rows x Hp: the same for c; null if the cell has one state
  const real* late_transposed;  // packed U_late^T, or null
  real* late_scratch;           // rows x Hp, or null
  Function activation, recurrent_activation;
  const real* late_drop = nullptr;  // as forward
  RowFunctions by_rows = {};
};

struct CellKernels {
  // reals of the packed forward weights: bias, W and U, vector by vector of units.
  Index (*packed_size)(const Padded& size);
  // bias_x, bias_h: biases of the two products (Keras's GRU has both), or null.
  void (*pack)(const Padded& size, const real* kernel, const real* recurrent, const real* bias_x, const real* bias_h,
               real* packed);
  // tanh and sigmoid, in registers.
  void (*forward)(const StepForward&);
  void (*backward)(const StepBackward&);
  // Any other pair of elementwise activations.
  void (*forward_any)(const StepForward&);
  void (*backward_any)(const StepBackward&);
  // The equations alone: `gates` holds the finished sums z (recurrent_dropout, where every gate sees an h of its own).
  void (*forward_sums)(const StepForward&);
  void (*forward_sums_any)(const StepForward&);
  // All other activations, `by_rows`; needs `gates`.
  void (*forward_rows)(const StepForward&);
  void (*forward_sums_rows)(const StepForward&);
  void (*backward_rows)(const StepBackward&);
};

struct Cell {
  CellShape shape;
  const IsaTable<CellKernels>* kernels;
};

}  // namespace rondo
