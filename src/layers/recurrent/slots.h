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
};
// scratch of backward: numbered on, because in inference the slots above are scratch too
enum { dh = visit + 1, dc, late };
// state
enum { state = 0 };
// packs
enum { forward = 0, transposed_recurrent, transposed_kernel, late_forward, late_transposed };

}  // namespace rondo::slot
