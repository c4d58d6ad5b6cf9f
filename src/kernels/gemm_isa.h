// The packed-weight GEMM family. Read once per ISA (foreach_isa.h).
//
//   gemm:     C (m x n) = [C +] A (m x k) . B (k x n) + bias
//   gemm_tn:  C (k x n) += A^T (k x m) . D (m x n)
//
// B is packed into panels one vector wide: panel j holds, for k = 0, 1, ..., the `lanes` numbers B[k, j*lanes ...], the last
// panel padded with zeros. Every output is one accumulator that starts at C or the bias and takes k = 0, 1, 2, ... in order, so
// its bits depend neither on the tile it lies in nor on how many rows come with it.
//
// Accumulators are arrays indexed by constants only (fold expressions): GCC 12 keeps those in registers, but spills an array
// indexed in a loop it unrolls late (measured: 30 instead of 80 GFLOP/s).
namespace rondo::RONDO_ISA {

template <int... I, class F>
RONDO_INLINE void unrolled(std::integer_sequence<int, I...>, F&& f) {
  (f(std::integral_constant<int, I>{}), ...);
}
template <int N, class F>
RONDO_INLINE void times(F&& f) {
  unrolled(std::make_integer_sequence<int, N>{}, f);
}

inline Index panels(Index n) { return (n + lanes - 1) / lanes; }

inline Index packed_size(Index k, Index n) { return k * panels(n) * lanes; }

inline void pack_b(const real* b, Index ldb, Index k, Index n, real* packed) {
  for (Index j = 0; j < n; j += lanes) {
    const Index width = std::min<Index>(lanes, n - j);
    for (Index i = 0; i < k; ++i, packed += lanes) {
      Index c = 0;
      for (; c < width; ++c) packed[c] = b[i * ldb + j + c];
      for (; c < lanes; ++c) packed[c] = 0;
    }
  }
}

inline void pack_bt(const real* b, Index ldb, Index k, Index n, real* packed) {
  for (Index j = 0; j < n; j += lanes) {
    const Index width = std::min<Index>(lanes, n - j);
    for (Index i = 0; i < k; ++i, packed += lanes) {
      Index c = 0;
      for (; c < width; ++c) packed[c] = b[(j + c) * ldb + i];
      for (; c < lanes; ++c) packed[c] = 0;
    }
  }
}

// R rows x P panels of C.
template <int R, int P>
RONDO_INLINE void gemm_tile(const real* a, Index lda, Index k, const real* packed, Index n, const real* bias, bool add, real* c,
                            Index ldc) {
  V acc[R * P];
  const Index last = n - (P - 1) * lanes;  // columns in the last panel
  times<P>([&](auto p) RONDO_INLINE_LAMBDA {
    const Index width = p == P - 1 ? last : lanes;
    const V start = bias ? load_some(bias + p * lanes, width) : V{};
    times<R>([&](auto r)
                 RONDO_INLINE_LAMBDA { acc[r * P + p] = add ? load_some(c + r * ldc + p * lanes, width) + start : start; });
  });
  const Index stride = k * lanes;
  for (Index i = 0; i < k; ++i) {
    V b[P];
    times<P>([&](auto p) RONDO_INLINE_LAMBDA { b[p] = load(packed + p * stride + i * lanes); });
    times<R>([&](auto r) RONDO_INLINE_LAMBDA {
      const V x = set(a[r * lda + i]);
      times<P>([&](auto p) RONDO_INLINE_LAMBDA { acc[r * P + p] = fma(x, b[p], acc[r * P + p]); });
    });
  }
  times<P>([&](auto p) RONDO_INLINE_LAMBDA {
    const Index width = p == P - 1 ? last : lanes;
    times<R>([&](auto r) RONDO_INLINE_LAMBDA { store_some(c + r * ldc + p * lanes, acc[r * P + p], width); });
  });
}

template <int P>
inline void gemm_panels(const real* a, Index lda, Index m, Index k, const real* packed, Index n, const real* bias, bool add,
                        real* c, Index ldc) {
  Index r = 0;
  for (; r + tile_rows <= m; r += tile_rows)
    gemm_tile<tile_rows, P>(a + r * lda, lda, k, packed, n, bias, add, c + r * ldc, ldc);
  for (; r + 2 <= m; r += 2) gemm_tile<2, P>(a + r * lda, lda, k, packed, n, bias, add, c + r * ldc, ldc);
  for (; r < m; ++r) gemm_tile<1, P>(a + r * lda, lda, k, packed, n, bias, add, c + r * ldc, ldc);
}

inline void gemm(const real* a, Index lda, Index m, Index k, const real* packed, Index n, const real* bias, bool add, real* c,
                 Index ldc) {
  Index j = 0;
  const auto at = [&](Index column) { return packed + column * k; };  // a panel of `lanes` columns is k * lanes long
  const auto bias_at = [&](Index column) { return bias ? bias + column : nullptr; };
  if (m == 1) {  // one row: more panels at once, to have enough independent sums
    for (; n - j > 7 * lanes; j += 8 * lanes)
      gemm_tile<1, 8>(a, lda, k, at(j), std::min<Index>(n - j, 8 * lanes), bias_at(j), add, c + j, ldc);
  }
  for (; n - j > 3 * lanes; j += 4 * lanes)
    gemm_panels<4>(a, lda, m, k, at(j), std::min<Index>(n - j, 4 * lanes), bias_at(j), add, c + j, ldc);
  for (; n - j > lanes; j += 2 * lanes)
    gemm_panels<2>(a, lda, m, k, at(j), std::min<Index>(n - j, 2 * lanes), bias_at(j), add, c + j, ldc);
  if (j < n) gemm_panels<1>(a, lda, m, k, at(j), n - j, bias_at(j), add, c + j, ldc);
}

// K rows x N vectors of C over a block of m rows; D's columns were copied side by side (stride N * lanes).
template <int K, int N>
RONDO_INLINE void tn_tile(const real* a, Index lda, const real* d, Index m, Index n, real* c, Index ldc) {
  V acc[K * N];
  times<K * N>([&](auto i) RONDO_INLINE_LAMBDA { acc[i] = V{}; });
  for (Index r = 0; r < m; ++r) {
    V x[N];
    times<N>([&](auto j) RONDO_INLINE_LAMBDA { x[j] = load(d + (r * N + j) * lanes); });
    times<K>([&](auto i) RONDO_INLINE_LAMBDA {
      const V w = set(a[r * lda + i]);
      times<N>([&](auto j) RONDO_INLINE_LAMBDA { acc[i * N + j] = fma(w, x[j], acc[i * N + j]); });
    });
  }
  times<K>([&](auto i) RONDO_INLINE_LAMBDA {
    times<N>([&](auto j) RONDO_INLINE_LAMBDA {
      const Index width = std::min<Index>(lanes, n - j * lanes);
      real* at = c + i * ldc + j * lanes;
      store_some(at, load_some(at, width) + acc[i * N + j], width);
    });
  });
}

template <int N>
inline void tn_columns(const real* a, Index lda, const real* d, Index m, Index k, Index n, real* c, Index ldc) {
  constexpr int rows = 2 * tile_rows;  // 6 x 2 accumulators (AVX2), 12 x 2 (AVX-512)
  Index i = 0;
  for (; i + rows <= k; i += rows) tn_tile<rows, N>(a + i, lda, d, m, n, c + i * ldc, ldc);
  for (; i + 4 <= k; i += 4) tn_tile<4, N>(a + i, lda, d, m, n, c + i * ldc, ldc);
  for (; i < k; ++i) tn_tile<1, N>(a + i, lda, d, m, n, c + i * ldc, ldc);
}

inline void gemm_tn(const real* a, Index lda, const real* d, Index ldd, Index m, Index k, Index n, real* c, Index ldc) {
  constexpr Index block = 128;  // rows of A and D that stay in the second-level cache
  alignas(64) real columns[block * 2 * lanes];
  for (Index r0 = 0; r0 < m; r0 += block) {
    const Index rows = std::min(block, m - r0);
    for (Index j = 0; j < n;) {
      const bool two = n - j > lanes;
      const Index width = std::min<Index>(n - j, two ? 2 * lanes : lanes);
      const Index stride = two ? 2 * lanes : lanes;
      for (Index r = 0; r < rows; ++r) {
        const real* from = d + (r0 + r) * ldd + j;
        for (Index x = 0; x < stride; x += lanes)
          store(columns + r * stride + x, load_some(from + x, std::min<Index>(lanes, width - x)));
      }
      if (two) {
        tn_columns<2>(a + r0 * lda, lda, columns, rows, k, width, c + j, ldc);
      } else {
        tn_columns<1>(a + r0 * lda, lda, columns, rows, k, width, c + j, ldc);
      }
      j += width;
    }
  }
}

inline void column_sums(const real* d, Index ldd, Index m, Index n, real* sum) {
  for (Index j = 0; j < n; j += lanes) {
    const Index width = std::min<Index>(lanes, n - j);
    V acc = load_some(sum + j, width);
    for (Index r = 0; r < m; ++r) acc = acc + load_some(d + r * ldd + j, width);
    store_some(sum + j, acc, width);
  }
}

inline void add(real* y, const real* x, Index n) {
  Index i = 0;
  for (; i + lanes <= n; i += lanes) store(y + i, load(y + i) + load(x + i));
  for (; i < n; ++i) y[i] += x[i];
}

inline Kernels make_kernels() { return {isa_name, lanes, packed_size, pack_b, pack_bt, gemm, gemm_tn, column_sums, add}; }

}  // namespace rondo::RONDO_ISA
