// The inner loops of the ridge regression, in double. Read once per ISA (kernels/foreach_isa.h). Multiply and add are rounded
// apart and every sum has one order, so all instruction sets give the same bits.
namespace rondo::RONDO_ISA {

// As wide as V, the vector of reals; two doubles at the least.
inline constexpr int doubles = sizeof(V) < 16 ? 2 : static_cast<int>(sizeof(V) / sizeof(double));
typedef double D __attribute__((vector_size(8 * doubles)));

RONDO_INLINE D load_doubles(const double* p) {
  D v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
RONDO_INLINE void store_doubles(double* p, D v) { std::memcpy(p, &v, sizeof v); }

template <int... I, class F>
RONDO_INLINE void ridge_unrolled(std::integer_sequence<int, I...>, F&& f) {
  (f(std::integral_constant<int, I>{}), ...);
}
template <int N, class F>
RONDO_INLINE void ridge_times(F&& f) {
  ridge_unrolled(std::make_integer_sequence<int, N>{}, f);
}

// c (8 x 8, row stride ldc) += A^T B; a and b: k rows of 8.
inline void ridge_product(const double* a, const double* b, Index k, double* c, Index ldc) {
  constexpr int R = doubles, P = 8 / doubles;  // 8 sums in registers
  for (int r0 = 0; r0 < 8; r0 += R) {
    D sum[R * P];
    ridge_times<R * P>([&](auto i) RONDO_INLINE_LAMBDA { sum[i] = D{}; });
    for (Index t = 0; t < k; ++t) {
      D row[P];
      ridge_times<P>([&](auto p) RONDO_INLINE_LAMBDA { row[p] = load_doubles(b + t * 8 + p * doubles); });
      ridge_times<R>([&](auto r) RONDO_INLINE_LAMBDA {
        const double s = a[t * 8 + r0 + r];
        ridge_times<P>([&](auto p) RONDO_INLINE_LAMBDA { sum[r * P + p] += s * row[p]; });
      });
    }
    ridge_times<R>([&](auto r) RONDO_INLINE_LAMBDA {
      ridge_times<P>([&](auto p) RONDO_INLINE_LAMBDA {
        double* const to = c + (r0 + r) * ldc + p * doubles;
        store_doubles(to, load_doubles(to) + sum[r * P + p]);
      });
    });
  }
}

// y (n, a multiple of 8) += s x
inline void ridge_axpy(double* y, const double* x, double s, Index n) {
  for (Index j = 0; j < n; j += doubles) store_doubles(y + j, load_doubles(y + j) + s * load_doubles(x + j));
}

template <int R>
RONDO_INLINE void ridge_reflect_rows(double* a, Index n, Index i, Index first, const double* v, const double* w,
                                     const double* u, double* p) {
  for (Index j = first; j < n; j += doubles) {
    const D vj = load_doubles(v + j), wj = load_doubles(w + j);
    D sum = load_doubles(p + j);
    ridge_times<R>([&](auto r) RONDO_INLINE_LAMBDA {
      double* const at = a + (i + r) * n + j;
      const D next = load_doubles(at) - (v[i + r] * wj + w[i + r] * vj);
      store_doubles(at, next);
      sum += u[i + r] * next;
    });
    store_doubles(p + j, sum);
  }
}

// A -= v w^T + w v^T and then p += A u, in one pass over rows [begin, end) and columns [first, n) of A (n x n; n and first
// multiples of 8).
inline void ridge_reflect(double* a, Index n, Index begin, Index end, Index first, const double* v, const double* w,
                          const double* u, double* p) {
  Index i = begin;
  for (; i + 4 <= end; i += 4) ridge_reflect_rows<4>(a, n, i, first, v, w, u, p);
  for (; i < end; ++i) ridge_reflect_rows<1>(a, n, i, first, v, w, u, p);
}

constexpr RidgeKernels make_ridge_kernels() { return {ridge_product, ridge_axpy, ridge_reflect}; }

}  // namespace rondo::RONDO_ISA
