// A window that slides over the places of an image or a sequence: what convolution and pooling share.
//
//   valid    out = floor((in - d (k - 1) - 1) / s) + 1          the window stays inside
//   same     out = floor((in - 1) / s) + 1                      zeros around: max(0, (out - 1) s + d (k - 1) + 1 - in) of them,
//                                                               the smaller half before
//   causal   out = floor((in - 1) / s) + 1                      d (k - 1) zeros before: a place sees none that comes after it
//
// for each axis, with k = window size, s = stride, d = dilation. Place o sees the places  o s + t d - before,  t = 0 ... k - 1.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "layers/spatial/channel_order.h"
#include "rondo/layers/layer.h"

namespace rondo {

struct WindowAxis {
  Index in = 1, out = 1, size = 1, stride = 1, dilation = 1, before = 0;

  // The place that tap `tap` of window `o` sees; outside [0, in) is padding.
  Index place(Index o, Index tap) const { return o * stride + tap * dilation - before; }
};

// Rows and columns; a sequence is one row.
struct ImageWindow {
  WindowAxis y, x;
  Index places_in() const { return y.in * x.in; }
  Index places_out() const { return y.out * x.out; }
  Index taps() const { return y.size * x.size; }
};

// The config of a window, as Keras names it.
struct WindowConfig {
  int axes = 2;
  std::vector<Index> size, strides, dilation;  // one number an axis
  std::string padding = "valid";
  const char* name = "kernel_size";  // of `size`, for messages

  // None for None; 0 or less: the window does not fit.
  Index out(int axis, Index in) const;
  // `dims`: (samples, [rows,] columns, channels), all known.
  ImageWindow window(const Dims& dims) const noexcept;
  ImageWindow window(const Shape& shape) const { return window(dims_of(shape)); }
};

// One number is meant for every axis.
void spread(std::vector<Index>& sizes, int axes);
// Throws Error(value) unless there is one positive number an axis.
void require_sizes(const Layer& layer, const char* argument, const std::vector<Index>& sizes, int axes);
// Throws Error(value) for a padding that is not one of these.
void require_padding(const Layer& layer, const std::string& padding, bool causal);
// Throws a ShapeReport unless the one input is (samples, [rows,] columns, channels), or that in the layer's order.
void require_image(const Layer& layer, const ChannelOrder& order, const Shapes& in);
// The shape behind the window, `channels` last. Throws a ShapeReport if the window does not fit.
Shape behind_window(const Layer& layer, const ChannelOrder& order, const Shape& in, const WindowConfig& config, Index channels);

// f(first, count) for every run of neighbouring samples of `each` values whose gradient is not all 0. A masked frame of a film
// has no gradient, and its values may be NaN: it must not be multiplied by 0.
template <class F>
void for_samples_with_gradient(const real* d, Index samples, Index each, F f) {
  const auto counts = [&](Index i) {
    for (const real *v = d + i * each, *end = v + each; v != end; ++v)
      if (*v != 0) return true;
    return false;
  };
  for (Index i = 0; i < samples;) {
    const Index first = i;
    while (i < samples && counts(i)) ++i;
    if (i > first) f(first, i - first);
    if (i < samples) ++i;  // that one does not count
  }
}

}  // namespace rondo
