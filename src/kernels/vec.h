// V: one vector register of reals, and the few operations on it that plain + - * / do not give. Read once per ISA
// (foreach_isa.h).
#define RONDO_QUOTED(x) #x
#define RONDO_NAME_OF(x) RONDO_QUOTED(x)

namespace rondo::RONDO_ISA {

inline constexpr const char* isa_name = RONDO_NAME_OF(RONDO_ISA);

#if defined(RONDO_DOUBLE)

using V = real;  // one lane, libm's functions: the oracle
using VI = std::int64_t;
inline constexpr int lanes = 1;
inline constexpr int tile_rows = 3;
RONDO_INLINE V load(const real* p) { return *p; }
RONDO_INLINE void store(real* p, V v) { *p = v; }
RONDO_INLINE V set(real x) { return x; }
RONDO_INLINE V fma(V a, V b, V c) { return std::fma(a, b, c); }
RONDO_INLINE V max(V a, V b) { return a > b ? a : b; }
RONDO_INLINE V min(V a, V b) { return a < b ? a : b; }
RONDO_INLINE V select_negative(V x, V a, V b) { return x < 0 ? a : b; }

#else

#if defined(RONDO_VEC_AVX512)
inline constexpr int lanes = 16;
inline constexpr int tile_rows = 6;  // 6 x 4 accumulators of 32 registers
#elif defined(RONDO_VEC_AVX2)
inline constexpr int lanes = 8;
inline constexpr int tile_rows = 3;  // 3 x 4 accumulators of 16 registers
#elif defined(__aarch64__)
inline constexpr int lanes = 4;
inline constexpr int tile_rows = 6;
#else
inline constexpr int lanes = 4;
inline constexpr int tile_rows = 3;
#endif

typedef real V __attribute__((vector_size(sizeof(real) * lanes)));
typedef std::int32_t VI __attribute__((vector_size(sizeof(real) * lanes)));

RONDO_INLINE V load(const real* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
RONDO_INLINE void store(real* p, V v) { std::memcpy(p, &v, sizeof v); }

// a * b + c, rounded once where the ISA can. Baseline x86-64 cannot: it rounds twice, the same way everywhere.
#if defined(RONDO_VEC_AVX512)
RONDO_INLINE V set(real x) { return _mm512_set1_ps(x); }
RONDO_INLINE V fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
// (maskz with a full mask is the plain instruction, and free of GCC 12's false warning about the plain intrinsic.)
RONDO_INLINE V max(V a, V b) { return _mm512_maskz_max_ps(0xffff, a, b); }
RONDO_INLINE V min(V a, V b) { return _mm512_maskz_min_ps(0xffff, a, b); }
#elif defined(RONDO_VEC_AVX2)
RONDO_INLINE V set(real x) { return _mm256_set1_ps(x); }
RONDO_INLINE V fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
RONDO_INLINE V max(V a, V b) { return _mm256_max_ps(a, b); }
RONDO_INLINE V min(V a, V b) { return _mm256_min_ps(a, b); }
#elif defined(__aarch64__)
RONDO_INLINE V set(real x) { return vdupq_n_f32(x); }
RONDO_INLINE V fma(V a, V b, V c) { return vfmaq_f32(c, a, b); }
RONDO_INLINE V max(V a, V b) { return a > b ? a : b; }
RONDO_INLINE V min(V a, V b) { return a < b ? a : b; }
#elif defined(__SSE2__)
RONDO_INLINE V set(real x) { return _mm_set1_ps(x); }
RONDO_INLINE V fma(V a, V b, V c) { return a * b + c; }
RONDO_INLINE V max(V a, V b) { return _mm_max_ps(a, b); }
RONDO_INLINE V min(V a, V b) { return _mm_min_ps(a, b); }
#else
RONDO_INLINE V set(real x) { return V{} + x; }  // (adds where a broadcast would do: only unknown machines come here)
RONDO_INLINE V fma(V a, V b, V c) { return a * b + c; }
RONDO_INLINE V max(V a, V b) { return a > b ? a : b; }
RONDO_INLINE V min(V a, V b) { return a < b ? a : b; }
#endif
// Lane by lane: a where x < 0, else b.
RONDO_INLINE V select_negative(V x, V a, V b) { return x < V{} ? a : b; }

#endif

// x is the second operand throughout: x86's min and max return it when it is NaN, so a NaN goes through.
RONDO_INLINE V clamp(V x, real low, real high) { return min(set(high), max(set(low), x)); }

// The first n (1 .. lanes) reals of v.
RONDO_INLINE void store_some(real* p, V v, Index n) {
  if (n >= lanes) {
    store(p, v);
  } else {
    std::memcpy(p, &v, static_cast<std::size_t>(n) * sizeof(real));
  }
}
RONDO_INLINE V load_some(const real* p, Index n) {
  if (n >= lanes) return load(p);
  V v{};
  std::memcpy(&v, p, static_cast<std::size_t>(n) * sizeof(real));
  return v;
}

// v with zeros from lane n on: what lies in a padded unit must not reach a product.
RONDO_INLINE V first_lanes(V v, Index n) {
  if (n >= lanes) return v;
  V w{};
  std::memcpy(&w, &v, static_cast<std::size_t>(n) * sizeof(real));
  return w;
}

}  // namespace rondo::RONDO_ISA

#undef RONDO_NAME_OF
#undef RONDO_QUOTED
