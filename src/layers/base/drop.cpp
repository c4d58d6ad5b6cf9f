#include "layers/base/drop.h"

#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "layers/base/draws.h"
#include "rondo/core/error.h"

namespace rondo {

void DropLayer::check() const {
  if (!(rate >= 0 && rate <= 1)) {  // NaN too
    const bool percent = rate > 1 && rate <= 100;
    const std::string got = short_number(rate);
    fail(Code::value, class_name() + ": rate is the share of values to drop, from 0 to 1; got " + got +
                          (percent ? ". A percentage? Type " + short_number(rate / 100) : std::string()));
  }
  require_seed(*this, seed);
}

void DropLayer::plan(const Shapes& in, Plan& plan) const { plan.saved<std::uint8_t>(drawn, in[0].elements()); }

// Samples outside, then the axes of a sample: a draw's number counts the axes that are not shared.
void DropLayer::draw(const Run& run, std::uint8_t* kept) const noexcept {
  const Dims& dims = run.in().dims;
  const Index samples = dims.rank == 0 ? 0 : dims[0];
  if (samples == 0) return;
  const Index each = dims.elements() / samples;
  const Draws draws(run, name(), seed);
  const auto limit = static_cast<std::uint64_t>(std::llround(rate * 0x1p32));  // 2^32 at rate 1: nothing is kept
  const bool one_for_all = shared(0, dims.rank);
  std::array<Index, Dims::max_rank> stride{};  // of the draws; 0 along shared axes
  Index count = 1;
  for (int axis = dims.rank - 1; axis > 0; --axis) {
    if (shared(axis, dims.rank)) continue;
    stride[static_cast<std::size_t>(axis)] = count;
    count *= dims[axis];
  }
  const bool plain = count == each;
  for (Index b = 0; b < samples; ++b) {
    std::uint8_t* const out = kept + b * each;
    const std::uint64_t row = one_for_all ? ~std::uint64_t{0} : run.row_number(b);
    if (plain) {
      for (Index i = 0; i < each; i += 4) {
        const auto bits = draws.four(row, static_cast<std::uint64_t>(i / 4));
        for (Index k = 0; k < std::min<Index>(4, each - i); ++k) out[i + k] = bits[static_cast<std::size_t>(k)] >= limit;
      }
      continue;
    }
    for (Index i = 0; i < each; ++i) {
      Index rest = i, number = 0;
      bool first = true;  // the first of those that share a draw makes it, the others copy
      Index from = 0, step = 1;
      for (int axis = dims.rank - 1; axis > 0; --axis) {
        const Index at = rest % dims[axis];
        rest /= dims[axis];
        const Index s = stride[static_cast<std::size_t>(axis)];
        if (shared(axis, dims.rank)) {
          first = first && at == 0;
        } else {
          number += at * s;
          from += at * step;
        }
        step *= dims[axis];
      }
      out[i] = first ? draws.four(row, static_cast<std::uint64_t>(number / 4))[static_cast<std::size_t>(number % 4)] >= limit
                     : out[from];
    }
  }
}

void DropLayer::apply(const Run& run, const real* from, real* to) const noexcept {
  const std::uint8_t* const kept = run.saved<std::uint8_t>(drawn);
  const Index n = run.in().dims.elements();
  const real scale = rate < 1 ? static_cast<real>(1 / (1 - rate)) : real(0);
  for (Index i = 0; i < n; ++i) to[i] = kept[i] != 0 ? from[i] * scale : real(0);
}

void DropLayer::forward(const Run& run) const noexcept {
  if (!run.training() || rate == 0) {
    std::copy_n(run.in().values, run.in().dims.elements(), run.out().values);
    return;
  }
  draw(run, run.saved<std::uint8_t>(drawn));
  apply(run, run.in().values, run.out().values);
}

void DropLayer::backward(const Run& run) const noexcept {
  real* const d_in = run.d_in().values;
  if (!d_in) return;
  if (!run.training() || rate == 0) {
    std::copy_n(run.d_out().values, run.in().dims.elements(), d_in);
  } else {
    apply(run, run.d_out().values, d_in);
  }
}

}  // namespace rondo
