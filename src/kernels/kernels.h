// Kernels every layer may call. One implementation an ISA, compiled from the same source; `kernels()` is the active one.
//
// The order of every sum over k is k = 0, 1, 2, ... into one accumulator per output, whatever the tile: a row gets the same
// bits alone and in any batch.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rondo/core/types.h"

namespace rondo {

// Packed B of C = A.B: panels of `lanes` columns, k-major within a panel; the last panel is padded with zeros.
struct Kernels {
  const char* isa;  // "baseline", "avx2", "avx512", "neon"
  int lanes;        // reals in one vector

  // reals that pack_b writes for a k x n matrix.
  Index (*packed_size)(Index k, Index n);
  // b: k rows of n, row stride ldb.
  void (*pack_b)(const real* b, Index ldb, Index k, Index n, real* packed);
  // The same for the transpose: b holds n rows of k, row stride ldb.
  void (*pack_bt)(const real* b, Index ldb, Index k, Index n, real* packed);
  // C (m x n, stride ldc) = [C +] A (m x k, stride lda) . B + bias (n, or null).
  void (*gemm)(const real* a, Index lda, Index m, Index k, const real* packed, Index n, const real* bias, bool add, real* c,
               Index ldc);
  // C (k x n, stride ldc) += A^T . D, A: m x k (stride lda), D: m x n (stride ldd): the gradient of a weight.
  void (*gemm_tn)(const real* a, Index lda, const real* d, Index ldd, Index m, Index k, Index n, real* c, Index ldc);
  // sum (n) += column sums of D (m x n, stride ldd), in row order.
  void (*column_sums)(const real* d, Index ldd, Index m, Index n, real* sum);
  // y += x
  void (*add)(real* y, const real* x, Index n);
};

const Kernels& kernels();              // chosen once: the best this CPU has, or RONDO_ISA
std::vector<std::string_view> isas();  // those this CPU can run
// For tests: switches the active ISA; throws Error(value) for one this CPU cannot run. Models built before are invalid.
void force_isa(std::string_view isa);

// Flush-to-zero and round-to-nearest while it lives; restores what it found. Every shard holds one.
class FloatMode {
 public:
  FloatMode() noexcept;
  ~FloatMode();
  FloatMode(const FloatMode&) = delete;
  FloatMode& operator=(const FloatMode&) = delete;

 private:
  std::uint64_t saved_;
};

}  // namespace rondo
