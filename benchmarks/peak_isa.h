// Read once per ISA (foreach_isa.h).
#include "kernels/gemm_isa.h"

namespace rondo::RONDO_ISA {

// n rounds of twelve independent multiply-adds; returns the FLOP done.
inline double multiply_adds(Index n) {
  V acc[12];
  times<12>([&](auto i) RONDO_INLINE_LAMBDA { acc[i] = set(real(0.001) * static_cast<real>(i + 1)); });
  const V a = set(real(0.999)), b = set(real(0.001));
  for (Index k = 0; k < n; ++k)
    times<12>([&](auto i) RONDO_INLINE_LAMBDA {
      acc[i] = fma(acc[i], a, b);
      asm volatile("" : "+v"(acc[i]));
    });
  V sum{};
  times<12>([&](auto i) RONDO_INLINE_LAMBDA { sum = sum + acc[i]; });
  real out[lanes];
  store(out, sum);
  volatile real sink = out[0];
  (void)sink;
  return 2.0 * 12 * lanes * static_cast<double>(n);
}

}  // namespace rondo::RONDO_ISA
