#include "layers/spatial/patches.h"

#include <algorithm>

#include "kernels/kernels.h"

namespace rondo {
namespace {

// Calls f(tap offset in the patch, value offset in x or -1 for padding, count) for every stretch of values of one patch that
// lie together on both sides.
template <class F>
inline void stretches(const Convolution& c, Index place, F f) {
  const WindowAxis &y = c.window.y, &x = c.window.x;
  const Index sample = place / c.window.places_out(), at = place % c.window.places_out();
  const Index oy = at / x.out, ox = at % x.out, each = c.channels / c.groups;
  const Index base = sample * c.window.places_in();
  const bool row = c.groups == 1 && x.dilation == 1;  // the taps of one row lie together
  const Index left = x.place(ox, 0);
  for (Index ty = 0; ty < y.size; ++ty) {
    const Index iy = y.place(oy, ty);
    const bool inside = iy >= 0 && iy < y.in;
    if (row) {
      const Index to = ty * x.size * each;
      if (!inside) {
        f(to, Index{-1}, x.size * each);
        continue;
      }
      const Index from = std::clamp<Index>(-left, 0, x.size), end = std::clamp<Index>(x.in - left, from, x.size);
      if (from > 0) f(to, Index{-1}, from * each);
      if (end > from) f(to + from * each, (base + iy * x.in + left + from) * c.channels, (end - from) * each);
      if (end < x.size) f(to + end * each, Index{-1}, (x.size - end) * each);
      continue;
    }
    for (Index tx = 0; tx < x.size; ++tx) {
      const Index ix = x.place(ox, tx);
      const bool there = inside && ix >= 0 && ix < x.in;
      for (Index g = 0; g < c.groups; ++g)
        f(g * c.depth() + (ty * x.size + tx) * each, there ? (base + iy * x.in + ix) * c.channels + g * each : Index{-1}, each);
    }
  }
}

}  // namespace

bool Convolution::direct() const {
  const auto plain = [](const WindowAxis& a) { return a.size == 1 && a.stride == 1; };
  return plain(window.y) && plain(window.x);
}

Index Convolution::at_once(Index places) const {
  constexpr Index budget = 32768;  // reals: 128 KB, half of a second-level cache
  return std::min(std::max<Index>(places, 1), std::clamp<Index>(budget / std::max<Index>(patch(), 1), 24, 384));
}

Index Convolution::packed_size() const { return checked_mul(groups, kernels().packed_size(depth(), group_filters())); }
Index Convolution::packed_back_size() const { return checked_mul(groups, kernels().packed_size(group_filters(), depth())); }

void Convolution::pack(const real* w, real* packed) const noexcept {
  const Index n = group_filters(), size = kernels().packed_size(depth(), n);
  for (Index g = 0; g < groups; ++g) kernels().pack_b(w + g * n, stride(), depth(), n, packed + g * size);
}

void Convolution::pack_back(const real* w, real* packed) const noexcept {
  const Index n = group_filters(), size = kernels().packed_size(n, depth());
  for (Index g = 0; g < groups; ++g) kernels().pack_bt(w + g * n, stride(), n, depth(), packed + g * size);
}

void Convolution::gather(const real* x, Index first, Index count, real* patches) const noexcept {
  const Index width = patch();
  for (Index i = 0; i < count; ++i, patches += width) {
    stretches(*this, first + i, [&](Index to, Index from, Index n) {
      if (from < 0) {
        std::fill_n(patches + to, n, real(0));
      } else {
        std::copy_n(x + from, n, patches + to);
      }
    });
  }
}

void Convolution::scatter(const real* patches, Index first, Index count, real* dx) const noexcept {
  const Index width = patch();
  for (Index i = 0; i < count; ++i, patches += width) {
    stretches(*this, first + i, [&](Index from, Index to, Index n) {
      if (to < 0) return;
      for (Index k = 0; k < n; ++k) dx[to + k] += patches[from + k];
    });
  }
}

void Convolution::forward(const real* x, Index samples, const real* packed, const real* bias, bool add, real* patches,
                          real* y) const noexcept {
  const Index all = rows(samples), step = at_once(all), width = patch(), k = depth(), n = group_filters();
  const Index size = kernels().packed_size(k, n);
  for (Index first = 0; first < all; first += step) {
    const Index count = std::min(step, all - first);
    if (!direct()) gather(x, first, count, patches);
    const real* const a = direct() ? x + first * width : patches;
    for (Index g = 0; g < groups; ++g)
      kernels().gemm(a + g * k, width, count, k, packed + g * size, n, bias ? bias + g * n : nullptr, add,
                     y + first * stride() + g * n, stride());
  }
}

void Convolution::backward(const real* x, Index first, Index count, const real* d, const real* packed_back, real* patches,
                           real* dw, real* dx) const noexcept {
  const Index width = patch(), k = depth(), n = group_filters(), size = kernels().packed_size(n, k);
  if (dw != nullptr) {
    if (!direct()) gather(x, first, count, patches);
    const real* const a = direct() ? x + first * width : patches;
    for (Index g = 0; g < groups; ++g)
      kernels().gemm_tn(a + g * k, width, d + g * n, stride(), count, k, n, dw + g * n, stride());
  }
  if (dx != nullptr) {
    real* to = direct() ? dx + first * width : patches;
    for (Index g = 0; g < groups; ++g)
      kernels().gemm(d + g * n, stride(), count, n, packed_back + g * size, k, nullptr, direct(), to + g * k, width);
    if (!direct()) scatter(patches, first, count, dx);
  }
}

}  // namespace rondo
