#include "layers/attention/core.h"

#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"

namespace rondo {

void DotScores::forward(const real* q, Index queries, const real* k, Index keys, Index depth, real* packed,
                        real* s) const noexcept {
  kernels().pack_bt(k, depth, depth, keys, packed);
  kernels().gemm(q, depth, queries, depth, packed, keys, nullptr, false, s, keys);
  for (Index i = 0; i < queries * keys; ++i) s[i] *= scale_;
}

void DotScores::backward(const real* q, Index queries, const real* k, Index keys, Index depth, const real* ds, real* packed,
                         real* dq, real* dk) const noexcept {
  kernels().pack_b(k, depth, keys, depth, packed);
  kernels().gemm(ds, keys, queries, keys, packed, depth, nullptr, false, dq, depth);
  std::fill_n(dk, keys * depth, real(0));
  kernels().gemm_tn(ds, keys, q, depth, queries, keys, depth, dk, depth);
  if (d_scale_ != nullptr)
    for (Index i = 0; i < queries * depth; ++i) *d_scale_ += q[i] * dq[i];
  for (Index i = 0; i < queries * depth; ++i) dq[i] *= scale_;
  for (Index i = 0; i < keys * depth; ++i) dk[i] *= scale_;
}

namespace {

Index packed_most(const AttentionSizes& s) {
  Index most = 0;
  for (const auto& [k, n] : {std::pair{s.depth, s.values}, {s.values, s.depth}, {s.values, s.width}, {s.width, s.values}}) {
    checked_mul(checked_add(n, 64), k);
    most = std::max(most, kernels().packed_size(k, n));
  }
  return most;
}

}  // namespace

Index AttentionSizes::scratch(bool training) const {
  const Index q = checked_mul(queries, depth), k = checked_mul(values, depth), v = checked_mul(values, width);
  Index sum = checked_add(checked_add(checked_add(q, k), checked_add(v, packed_most(*this))), weights());
  if (training) sum = checked_add(checked_add(sum, weights()), checked_add(checked_add(q, k), v));
  return sum;
}

AttentionCore::Parts AttentionCore::parts() const noexcept {
  const AttentionSizes& s = sizes;
  real* at = scratch;
  const auto take = [&](Index n) {
    real* const here = at;
    at += n;
    return here;
  };
  Parts p;
  p.packed = take(packed_most(s));
  p.q = take(s.queries * s.depth), p.k = take(s.values * s.depth), p.v = take(s.values * s.width);
  p.drop = take(s.queries * s.values);
  p.ds = take(s.queries * s.values);
  p.dq = take(s.queries * s.depth), p.dk = take(s.values * s.depth), p.dv = take(s.values * s.width);
  return p;
}

Index AttentionCore::seen() const noexcept {
  Index n = 0;
  for (Index s = 0; s < sizes.values; ++s)
    if (valid(s)) places[n++] = s;
  if (!looks_at_all(n)) return n;
  for (Index s = 0; s < sizes.values; ++s) places[s] = s;
  return sizes.values;
}

// Whether a query that sees nothing of these weighs what is masked too.
bool AttentionCore::looks_at_all(Index keys) const noexcept {
  bool any = false;
  for (Index t = 0; t < sizes.queries && nothing == Nothing::equal_weights && !any; ++t)
    any = !masked_query(t) && sees_nothing(t, keys);
  return any;
}

// Side by side, what is masked left out; a masked query as zeros.
void AttentionCore::copy_in(Rows q, Rows k, Rows v, Index keys, const Parts& to) const noexcept {
  for (Index t = 0; t < sizes.queries; ++t) {
    if (masked_query(t)) {
      std::fill_n(to.q + t * sizes.depth, sizes.depth, real(0));
    } else {
      std::copy_n(q.values + t * q.stride, sizes.depth, to.q + t * sizes.depth);
    }
  }
  for (Index j = 0; j < keys; ++j) {
    std::copy_n(k.values + places[j] * k.stride, sizes.depth, to.k + j * sizes.depth);
    std::copy_n(v.values + places[j] * v.stride, sizes.width, to.v + j * sizes.width);
  }
}

// p after dropout.
const real* AttentionCore::dropped(const real* p, Index keys, real* to) const noexcept {
  if (rate <= 0 || draws == nullptr) return p;
  const real kept = static_cast<real>(1 / (1 - rate));
  const double below = rate * 4294967296.0;
  std::uint64_t block = ~std::uint64_t{0};
  std::array<std::uint32_t, 4> four{};
  for (Index t = 0; t < sizes.queries; ++t) {
    for (Index j = 0; j < keys; ++j) {
      const auto i = (head * static_cast<std::uint64_t>(sizes.queries) + static_cast<std::uint64_t>(t)) *
                         static_cast<std::uint64_t>(sizes.values) +
                     static_cast<std::uint64_t>(places[j]);
      if (i / 4 != block) four = draws->four(row, block = i / 4);
      const bool drop = static_cast<double>(four[i % 4]) < below;
      to[t * keys + j] = drop ? real(0) : p[t * keys + j] * kept;
    }
  }
  return to;
}

void AttentionCore::forward(const Scores& scores, Rows q, Rows k, Rows v, real* p, real* o, Index o_stride) const noexcept {
  const Parts part = parts();
  const Index keys = seen();
  copy_in(q, k, v, keys, part);
  scores.forward(part.q, sizes.queries, part.k, keys, sizes.depth, part.packed, p);
  for (Index t = 0; t < sizes.queries; ++t) {
    real* const row_p = p + t * keys;
    const bool hidden = masked_query(t);
    real most = -std::numeric_limits<real>::infinity();
    for (Index j = 0; j < keys; ++j)
      if (sees(t, places[j]) && !(row_p[j] <= most)) most = row_p[j];
    real sum = 0;
    for (Index j = 0; j < keys; ++j) {
      row_p[j] = !hidden && sees(t, places[j]) ? std::exp(row_p[j] - most) : real(0);
      sum += row_p[j];
    }
    if (sum != 0) {
      for (Index j = 0; j < keys; ++j) row_p[j] /= sum;
    } else if (nothing == Nothing::equal_weights && !hidden) {
      std::fill_n(row_p, keys, real(1) / static_cast<real>(keys));
    }
  }
  const real* const weights = dropped(p, keys, part.drop);
  if (shown != nullptr) show(shows_dropped ? weights : p, keys);
  kernels().pack_b(part.v, sizes.width, keys, sizes.width, part.packed);
  kernels().gemm(weights, keys, sizes.queries, keys, part.packed, sizes.width, nullptr, false, o, o_stride);
  for (Index t = 0; t < sizes.queries; ++t) {
    if (nothing == Nothing::equal_weights || !sees_nothing(t, keys)) continue;
    real* const mean = o + t * o_stride;
    std::fill_n(mean, sizes.width, real(0));
    if (nothing == Nothing::zero) continue;
    for (Index s = 0; s < sizes.values; ++s)
      for (Index i = 0; i < sizes.width; ++i) mean[i] += v.values[s * v.stride + i];
    for (Index i = 0; i < sizes.width; ++i) mean[i] /= static_cast<real>(sizes.values);
  }
}

void AttentionCore::show(const real* p, Index keys) const noexcept {
  std::fill_n(shown, sizes.queries * sizes.values, real(0));
  for (Index t = 0; t < sizes.queries; ++t) {
    real* const row_s = shown + t * sizes.values;
    for (Index j = 0; j < keys; ++j) row_s[places[j]] = p[t * keys + j];
    if ((nothing == Nothing::mean || nothing == Nothing::constant_mean) && !masked_query(t) && sees_nothing(t, keys))
      std::fill_n(row_s, sizes.values, real(1) / static_cast<real>(sizes.values));
  }
}

void AttentionCore::add_d_shown(real* ds, Index keys) const noexcept {
  for (Index t = 0; t < sizes.queries; ++t)
    for (Index j = 0; j < keys; ++j) ds[t * keys + j] += d_shown[t * sizes.values + places[j]];
}

bool AttentionCore::sees_nothing(Index t, Index keys) const noexcept {
  bool none = true;
  for (Index j = 0; j < keys && none; ++j) none = masked_query(t) || !sees(t, places[j]);
  return none;
}

void AttentionCore::backward(const Scores& scores, Rows q, Rows k, Rows v, const real* p, Rows d_o, real* dq, real* dk,
                             real* dv) const noexcept {
  const Parts part = parts();
  const Index keys = seen();
  copy_in(q, k, v, keys, part);
  std::fill_n(part.dv, keys * sizes.width, real(0));
  if (d_o.values != nullptr) {
    kernels().gemm_tn(dropped(p, keys, part.drop), keys, d_o.values, d_o.stride, sizes.queries, keys, sizes.width, part.dv,
                      sizes.width);
    kernels().pack_bt(part.v, sizes.width, sizes.width, keys, part.packed);
    kernels().gemm(d_o.values, d_o.stride, sizes.queries, sizes.width, part.packed, keys, nullptr, false, part.ds, keys);
  } else {  // only the weights are read
    std::fill_n(part.ds, sizes.queries * keys, real(0));
  }
  if (d_shown != nullptr && shows_dropped) add_d_shown(part.ds, keys);
  dropped(part.ds, keys, part.ds);
  if (d_shown != nullptr && !shows_dropped) add_d_shown(part.ds, keys);
  for (Index t = 0; t < sizes.queries; ++t) {
    real* const ds = part.ds + t * keys;
    const real* const row_p = p + t * keys;
    real sum = 0;
    for (Index j = 0; j < keys; ++j) sum += row_p[j] * ds[j];
    for (Index j = 0; j < keys; ++j) ds[j] = row_p[j] * (ds[j] - sum);
  }
  scores.backward(part.q, sizes.queries, part.k, keys, sizes.depth, part.ds, part.packed, part.dq, part.dk);
  for (Index t = 0; t < sizes.queries; ++t) {
    if (masked_query(t)) {
      std::fill_n(dq + t * q.stride, sizes.depth, real(0));
    } else {
      std::copy_n(part.dq + t * sizes.depth, sizes.depth, dq + t * q.stride);
    }
  }
  for (Index s = 0, j = 0; s < sizes.values; ++s) {
    const bool here = j < keys && places[j] == s;
    if (here) {
      std::copy_n(part.dk + j * sizes.depth, sizes.depth, dk + s * k.stride);
      std::copy_n(part.dv + j * sizes.width, sizes.width, dv + s * v.stride);
      ++j;
    } else {
      std::fill_n(dk + s * k.stride, sizes.depth, real(0));
      std::fill_n(dv + s * v.stride, sizes.width, real(0));
    }
  }
  for (Index t = 0; t < sizes.queries && nothing == Nothing::mean && d_o.values != nullptr; ++t) {
    const real* const d_mean = d_o.values + t * d_o.stride;
    if (!sees_nothing(t, keys) || std::all_of(d_mean, d_mean + sizes.width, [](real d) { return d == 0; })) continue;
    for (Index s = 0; s < sizes.values; ++s)
      for (Index i = 0; i < sizes.width; ++i) dv[s * v.stride + i] += d_mean[i] / static_cast<real>(sizes.values);
  }
}

}  // namespace rondo
