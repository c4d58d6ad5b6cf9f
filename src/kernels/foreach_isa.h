// Reads the file RONDO_ISA_INCLUDE once for every instruction set, each time inside its own namespace rondo::<isa>:
//
//     #define RONDO_ISA_INCLUDE "layers/recurrent/lstm_cell.h"
//     #include "kernels/foreach_isa.h"
//
// The code between the pragmas may use the new instructions; everything included before (the standard library) may not, so no
// inline function is ever compiled twice with different instructions. The read file has no include guard, starts from the
// vector type V of kernels/vec.h and the functions of kernels/math.h, and opens `namespace rondo::RONDO_ISA`.
#ifndef RONDO_ISA_INCLUDE
#error "define RONDO_ISA_INCLUDE first"
#endif

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "kernels/isa.h"

#define RONDO_ISA baseline
#include "kernels/vec.h"

#include "kernels/math.h"

#include RONDO_ISA_INCLUDE
#undef RONDO_ISA

#if RONDO_HAVE_X86_ISAS

#define RONDO_ISA avx2
#define RONDO_VEC_AVX2
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#include "kernels/vec.h"

#include "kernels/math.h"

#include RONDO_ISA_INCLUDE
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef RONDO_VEC_AVX2
#undef RONDO_ISA

#define RONDO_ISA avx512
#define RONDO_VEC_AVX512
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f")
#endif
#include "kernels/vec.h"

#include "kernels/math.h"

#include RONDO_ISA_INCLUDE
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef RONDO_VEC_AVX512
#undef RONDO_ISA

#endif

#undef RONDO_ISA_INCLUDE
