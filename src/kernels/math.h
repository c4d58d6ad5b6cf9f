// exp, sigmoid and tanh on a vector, without libm. Read once per ISA (foreach_isa.h). NaN in, NaN out.
//
//   exp(x)     = 2^n exp(r),  n = round(x / ln 2),  r = x - n ln 2;  exp(r) = 1 + r + r^2 p(r)     relative error < 2e-7
//   sigmoid(x) = 1 / (1 + exp(-x))                                                                relative error < 3e-7
//   tanh(x)    = x P(x^2) / Q(x^2) for |x| < 9.1, then +-1                                          relative error < 4e-7
//
// The polynomials are minimax fits of our own (iteratively reweighted least squares on relative error; degree chosen so that
// the fit, 3e-9 for exp and 2.3e-8 for tanh, lies below float32's rounding). tests/kernels/math_test.cpp holds the bounds.
namespace rondo::RONDO_ISA {

#if defined(RONDO_DOUBLE)

RONDO_INLINE V exp(V x) { return std::exp(x); }
RONDO_INLINE V sigmoid(V x) { return 1 / (1 + std::exp(-x)); }
RONDO_INLINE V tanh(V x) { return std::tanh(x); }
RONDO_INLINE V log1p(V x) { return std::log1p(x); }
RONDO_INLINE V erf(V x) { return std::erf(x); }

#else

RONDO_INLINE V exp(V x) {
  x = clamp(x, -87.3365448f, 88.3762627f);
  const V magic = set(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer, which then lies in the low bits
  const V shifted = fma(x, set(1.44269504f), magic);
  const V n = shifted - magic;
  V r = fma(n, set(-0.693359375f), x);  // ln 2 in two parts, the first exact in n's range
  r = fma(n, set(2.12194440e-4f), r);
  V p = set(1.38144661e-3f);
  p = fma(p, r, set(8.36878084e-3f));
  p = fma(p, r, set(4.16683927e-2f));
  p = fma(p, r, set(0.166665196f));
  p = fma(p, r, set(0.49999994f));
  p = fma(p * r, r, r) + set(1.0f);
  const VI scale = (reinterpret_cast<VI>(shifted) << 23) + (127 << 23);
  return p * reinterpret_cast<V>(scale);
}

RONDO_INLINE V sigmoid(V x) { return set(1.0f) / (set(1.0f) + exp(-x)); }

RONDO_INLINE V tanh(V x) {
  x = clamp(x, -9.1f, 9.1f);
  const V u = x * x;
  V p = set(1.3178639e-8f);
  p = fma(p, u, set(2.04820713e-5f));
  p = fma(p, u, set(3.48786799e-3f));
  p = fma(p, u, set(0.133745241f));
  p = fma(p, u, set(0.99999998f));
  V q = set(7.7045268e-7f);
  q = fma(q, u, set(3.27301111e-4f));
  q = fma(q, u, set(2.58476083e-2f));
  q = fma(q, u, set(0.46707838f));
  q = fma(q, u, set(1.0f));
  return clamp(x * p / q, -1.0f, 1.0f);
}

// Lane by lane through libm: only rare activations (softplus, mish, log_sigmoid; gelu) ask for these.
RONDO_INLINE V log1p(V x) {
  for (int i = 0; i < lanes; ++i) x[i] = std::log1p(x[i]);
  return x;
}
RONDO_INLINE V erf(V x) {
  for (int i = 0; i < lanes; ++i) x[i] = std::erf(x[i]);
  return x;
}

#endif

}  // namespace rondo::RONDO_ISA
