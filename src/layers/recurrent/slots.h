// The slots of one call of a recurrent layer.
#pragma once

namespace rondo::slot {

// saved in training, scratch in inference
enum {
  rows,    // [x_t | h_(t-1)] of every step, then the last h
  cells,   // c_(t-1) of every step, then the last c
  gates,   // what the cell keeps for backward, then dz
  aux,     // the row that feeds the late gate
  order,   // row -> sample, longest first
  length,  // row -> number of valid steps
  alive,   // step -> rows that still run; 0 after the last
  visit,   // (row, step) -> place in time, counted in reading order
  drop_x,  // dropout of x: (masks, row, features); only in training
  drop_h,  // recurrent_dropout of h: (gates, row, units)
};
// scratch (all but `calls`: of backward): numbered on, because in inference the slots above are scratch too
enum { dh = drop_h + 1, dc, late, dropped, calls };
// state
enum { state = 0 };
// packs
enum { forward = 0, transposed_recurrent, transposed_kernel, late_forward, late_transposed };
// packs of recurrent_dropout, one gate after another; they follow those the cell has
enum { gate_kernel = 0, gate_recurrent, gate_transposed_recurrent, gate_transposed_kernel };

}  // namespace rondo::slot
