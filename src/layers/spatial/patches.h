// Convolution as products: every place of the output is a row, the patch of the input that its window sees.
//
//   y (places x filters) = P (places x taps channels) . W (taps channels x filters) + b
//   dW += P^T . dy          dP = dy . W^T, added to the places of dx that the patches came from
//
// Patches are made for a few hundred places at a time, so that they stay in the cache. A patch holds, group by group, the taps
// in the order of W's rows: rows, columns, channels of the group. With one tap and no stride x is its own patches.
#pragma once

#include "layers/spatial/window.h"

namespace rondo {

struct Convolution {
  ImageWindow window;
  Index channels = 0, filters = 0, groups = 1;
  Index of = 0;  // this is one of several convolutions side by side, with so many filters in all: W, y and d have rows of that

  Index patch() const { return window.taps() * channels; }  // numbers in one patch
  Index depth() const { return patch() / groups; }          // of one group: rows of W
  Index group_filters() const { return filters / groups; }  // columns of W of one group
  Index stride() const { return of > 0 ? of : filters; }    // from one row of W, y or d to the next
  Index rows(Index samples) const { return samples * window.places_out(); }
  bool direct() const;  // x is its own patches

  // Places at a time, and the numbers their patches take; `places`: of all samples.
  Index at_once(Index places) const;
  Index patches_size(Index places) const { return direct() ? 0 : checked_mul(at_once(places), patch()); }

  // Packed copies of W (taps, channels / groups, filters), group after group.
  Index packed_size() const;
  Index packed_back_size() const;
  void pack(const real* w, real* packed) const noexcept;
  void pack_back(const real* w, real* packed) const noexcept;

  // y = [y +] x * W + b. `patches` has room for patches_size.
  void forward(const real* x, Index samples, const real* packed, const real* bias, bool add, real* patches,
               real* y) const noexcept;
  // What `count` places from `first` on give to the gradients, d their gradients: adds to dw and to dx, each may be null.
  void backward(const real* x, Index first, Index count, const real* d, const real* packed_back, real* patches, real* dw,
                real* dx) const noexcept;

 private:
  void gather(const real* x, Index first, Index count, real* patches) const noexcept;
  void scatter(const real* patches, Index first, Index count, real* dx) const noexcept;
};

}  // namespace rondo
