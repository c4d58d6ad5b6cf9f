// Which instruction sets this build holds, and which one is in use.
//
// Table: an object per ISA, one of them active. A file that has kernels of its own makes one from the namespaces that
// foreach_isa.h opened:   const Table<CellKernels> lstm = RONDO_ISA_TABLE(make_cell_kernels, LSTMCell);
#pragma once

#include "rondo/core/types.h"

#if defined(__x86_64__) && !defined(RONDO_DOUBLE)
#define RONDO_HAVE_X86_ISAS 1
#include <immintrin.h>
#else
#define RONDO_HAVE_X86_ISAS 0
#endif
#if defined(__aarch64__) && !defined(RONDO_DOUBLE)
#include <arm_neon.h>
#endif

namespace rondo {

// "baseline" is SSE2 on x86-64, NEON on AArch64 (always there), one lane in the double build.
enum class Isa { baseline, avx2, avx512 };
Isa active_isa();

template <class T>
struct IsaTable {
  T baseline;
#if RONDO_HAVE_X86_ISAS
  T avx2;
  T avx512;
#endif
  const T& active() const {
#if RONDO_HAVE_X86_ISAS
    switch (active_isa()) {
      case Isa::avx2:
        return avx2;
      case Isa::avx512:
        return avx512;
      case Isa::baseline:
        break;
    }
#endif
    return baseline;
  }
};

}  // namespace rondo

// make<Args...>() of every ISA's namespace; the arguments are names of that namespace too.
#define RONDO_ISA_MAKE(isa, make, ...) ::rondo::isa::make __VA_OPT__(<::rondo::isa::__VA_ARGS__>)()
#if RONDO_HAVE_X86_ISAS
#define RONDO_ISA_TABLE(...) \
  { RONDO_ISA_MAKE(baseline, __VA_ARGS__), RONDO_ISA_MAKE(avx2, __VA_ARGS__), RONDO_ISA_MAKE(avx512, __VA_ARGS__) }
#else
#define RONDO_ISA_TABLE(...) \
  { RONDO_ISA_MAKE(baseline, __VA_ARGS__) }
#endif

// Lambdas and small functions that must end up inside their caller, in its registers.
#define RONDO_INLINE __attribute__((always_inline)) inline
#define RONDO_INLINE_LAMBDA __attribute__((always_inline))
