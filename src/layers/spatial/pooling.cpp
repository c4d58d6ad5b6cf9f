#include "layers/spatial/pooling.h"

#include <algorithm>

#include "rondo/core/error.h"

namespace rondo {
namespace {

// f(place, first) for every place of one sample that window (oy, ox) sees; returns how many there are.
template <class F>
inline Index for_places(const ImageWindow& w, Index oy, Index ox, F f) {
  Index seen = 0;
  for (Index ty = 0; ty < w.y.size; ++ty) {
    const Index iy = w.y.place(oy, ty);
    if (iy < 0 || iy >= w.y.in) continue;
    for (Index tx = 0; tx < w.x.size; ++tx) {
      const Index ix = w.x.place(ox, tx);
      if (ix >= 0 && ix < w.x.in) f(iy * w.x.in + ix, seen++ == 0);
    }
  }
  return seen;
}

// f(sample, number of the output's place, oy, ox) for every place of the output.
template <class F>
inline void for_outputs(const ImageWindow& w, Index samples, F f) {
  Index at = 0;
  for (Index b = 0; b < samples; ++b)
    for (Index oy = 0; oy < w.y.out; ++oy)
      for (Index ox = 0; ox < w.x.out; ++ox) f(b, at++, oy, ox);
}

inline bool above(real v, real most) { return v > most || v != v; }

}  // namespace

void PoolingLayer::settle() {
  spread(window.size, window.axes);
  if (window.strides.empty()) window.strides = window.size;
  spread(window.strides, window.axes);
  window.dilation.assign(static_cast<std::size_t>(window.axes), 1);
}

void PoolingLayer::describe(ConfigVisitor& v) {
  if (largest_) {
    v.field("pool_size", window.size, std::vector<Index>(static_cast<std::size_t>(window.axes), 2));
  } else {
    v.required("pool_size", window.size);
  }
  spread(window.size, window.axes);
  v.field("strides", window.strides, window.size);
  v.field("padding", window.padding, "valid");
  v.field("data_format", data_format, "channels_last");
  settle();
}

void PoolingLayer::check() const {
  require_sizes(*this, "pool_size", window.size, window.axes);
  require_sizes(*this, "strides", window.strides, window.axes);
  require_padding(*this, window.padding, false);
  require_data_format(*this, data_format);
}

Shapes PoolingLayer::shapes_last(const Shapes& in) const {
  require_image(*this, *this, in);
  return {behind_window(*this, *this, in[0], window, in[0][-1])};
}

void PoolingLayer::forward_last(const Run& run) const noexcept {
  const Port &x = run.in(), &y = run.out();
  const ImageWindow w = window.window(x.dims);
  const Index channels = x.dims[-1], each = w.places_in() * channels;
  for_outputs(w, x.dims[0], [&](Index b, Index at, Index oy, Index ox) {
    real* const to = y.values + at * channels;
    const real* const image = x.values + b * each;
    const Index seen = for_places(w, oy, ox, [&](Index place, bool first) {
      const real* const from = image + place * channels;
      if (first) {
        std::copy_n(from, channels, to);
      } else if (largest_) {
        for (Index c = 0; c < channels; ++c) to[c] = above(from[c], to[c]) ? from[c] : to[c];
      } else {
        for (Index c = 0; c < channels; ++c) to[c] += from[c];
      }
    });
    if (!largest_)
      for (Index c = 0; c < channels; ++c) to[c] /= static_cast<real>(seen);
  });
}

void PoolingLayer::backward_last(const Run& run) const noexcept {
  const Port &x = run.in(), &y = run.out();
  real* const dx = run.d_in().values;
  if (dx == nullptr) return;
  const ImageWindow w = window.window(x.dims);
  const Index channels = x.dims[-1], each = w.places_in() * channels;
  std::fill_n(dx, x.dims.elements(), real(0));
  for_outputs(w, x.dims[0], [&](Index b, Index at, Index oy, Index ox) {
    const real* const d = run.d_out().values + at * channels;
    if (largest_) {
      const real* const top = y.values + at * channels;
      for (Index c = 0; c < channels; ++c) {
        Index holder = -1;
        for_places(w, oy, ox, [&](Index place, bool) {
          const Index i = b * each + place * channels + c;
          if (holder < 0 && x.values[i] == top[c]) holder = i;
        });
        if (holder >= 0) dx[holder] += d[c];
      }
      return;
    }
    const Index seen = for_places(w, oy, ox, [](Index, bool) {});
    for_places(w, oy, ox, [&](Index place, bool) {
      real* const to = dx + b * each + place * channels;
      for (Index c = 0; c < channels; ++c) to[c] += d[c] / static_cast<real>(seen);
    });
  });
}

void GlobalPoolingLayer::describe(ConfigVisitor& v) {
  v.field("data_format", data_format, "channels_last");
  v.field("keepdims", keepdims, false);
}

Shapes GlobalPoolingLayer::shapes_last(const Shapes& in) const {
  require_image(*this, *this, in);
  for (int i = 1; i <= axes_; ++i)
    if (in[0][i] == 0) fail(Code::shape, described() + " was given " + text(in[0]) + ": there is nothing to pool");
  std::vector<Index> sizes{in[0][0]};
  if (keepdims) sizes.insert(sizes.end(), static_cast<std::size_t>(axes_), 1);
  sizes.push_back(in[0][-1]);
  return {Shape(std::move(sizes))};
}

void GlobalPoolingLayer::plan_last(const Shapes& in, Plan& plan) const {
  if (!largest_) plan.scratch<double>(sums, in[0][-1]);
}

// The places of one sample that count.
struct GlobalPoolingLayer::Seen {
  const std::uint8_t* mask;  // nullptr: all
  Index count;

  Seen(const GlobalPoolingLayer& layer, const Port& x, Index sample, Index places) noexcept
      : mask(layer.uses_mask() && x.mask ? x.mask + sample * places : nullptr),
        count(mask ? std::count_if(mask, mask + places, [](std::uint8_t keep) { return keep != 0; }) : places) {}
  bool operator()(Index place) const noexcept { return mask == nullptr || mask[place] != 0; }
};

void GlobalPoolingLayer::forward_last(const Run& run) const noexcept {
  const Port &x = run.in(), &y = run.out();
  const Index samples = x.dims[0], channels = x.dims[-1], places = x.dims.elements() / std::max<Index>(1, samples * channels);
  const real* from = x.values;
  for (Index b = 0; b < samples; ++b) {
    real* const to = y.values + b * channels;
    if (largest_) {
      std::copy_n(from, channels, to);
      for (Index p = 0; p < places; ++p, from += channels)
        for (Index c = 0; c < channels; ++c) to[c] = above(from[c], to[c]) ? from[c] : to[c];
      continue;
    }
    const Seen seen(*this, x, b, places);
    double* const sum = run.scratch<double>(sums);
    std::fill_n(sum, channels, 0.0);
    for (Index p = 0; p < places; ++p, from += channels)
      for (Index c = 0; seen(p) && c < channels; ++c) sum[c] += static_cast<double>(from[c]);
    // 0 / 0 is the NaN of Keras.
    const double n = static_cast<double>(seen.count == 0 && !run.context().keras_masks ? 1 : seen.count);
    for (Index c = 0; c < channels; ++c) to[c] = static_cast<real>(sum[c] / n);
  }
}

void GlobalPoolingLayer::backward_last(const Run& run) const noexcept {
  const Port &x = run.in(), &y = run.out();
  real* dx = run.d_in().values;
  if (dx == nullptr) return;
  const Index samples = x.dims[0], channels = x.dims[-1], places = x.dims.elements() / std::max<Index>(1, samples * channels);
  for (Index b = 0; b < samples; ++b) {
    const Seen seen(*this, x, b, places);
    const real *const d = run.d_out().values + b * channels, *const top = y.values + b * channels;
    const real* const from = x.values + b * places * channels;
    for (Index c = 0; c < channels; ++c) {
      Index shared = seen.count;
      if (largest_) {
        shared = 0;
        for (Index p = 0; p < places; ++p) shared += from[p * channels + c] == top[c] ? 1 : 0;
      }
      const real part = d[c] / static_cast<real>(std::max<Index>(1, shared));
      for (Index p = 0; p < places; ++p)
        dx[p * channels + c] = seen(p) && (!largest_ || from[p * channels + c] == top[c]) ? part : real(0);
    }
    dx += places * channels;
  }
}

}  // namespace rondo
