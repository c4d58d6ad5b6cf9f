// Elementwise activation functions: y = value(x), and slope(x, y) = dy/dx. Read once per ISA (foreach_isa.h).
//
// Keras's names and constants. `from_output` says that slope needs y only. The order is that of enum Function.
namespace rondo::RONDO_ISA {

struct Linear {
  static constexpr bool from_output = true;
  static RONDO_INLINE V value(V x) { return x; }
  static RONDO_INLINE V slope(V, V) { return set(1); }
};

struct Relu {  // max(x, 0)
  static constexpr bool from_output = true;
  static RONDO_INLINE V value(V x) { return max(set(0), x); }
  static RONDO_INLINE V slope(V, V y) { return select_negative(-y, set(1), set(0)); }
};

struct LeakyRelu {  // x, or 0.2 x where negative (the function's constant; the layer's is 0.3)
  static constexpr bool from_output = true;
  static RONDO_INLINE V value(V x) { return select_negative(x, x * set(real(0.2)), x); }
  static RONDO_INLINE V slope(V, V y) { return select_negative(-y, set(1), set(real(0.2))); }
};

struct Relu6 {  // min(max(x, 0), 6)
  static constexpr bool from_output = true;
  static RONDO_INLINE V value(V x) { return clamp(x, 0, 6); }
  static RONDO_INLINE V slope(V, V y) { return select_negative(-y, select_negative(y - set(6), set(1), set(0)), set(0)); }
};

struct Elu {  // x, or exp(x) - 1 where negative
  static constexpr bool from_output = true;
  static RONDO_INLINE V value(V x) { return select_negative(x, exp(x) - set(1), x); }
  static RONDO_INLINE V slope(V, V y) { return select_negative(y, y + set(1), set(1)); }
};

struct Selu {  // scale (x, or alpha (exp(x) - 1) where negative)
  static constexpr bool from_output = true;
  static constexpr real alpha = real(1.6732632423543772848170429916717);
  static constexpr real scale = real(1.0507009873554804934193349852946);
  static RONDO_INLINE V value(V x) { return set(scale) * select_negative(x, set(alpha) * (exp(x) - set(1)), x); }
  static RONDO_INLINE V slope(V, V y) { return select_negative(y, y + set(scale * alpha), set(scale)); }
};

struct Softplus {  // log(1 + exp(x))
  static constexpr bool from_output = false;
  static RONDO_INLINE V value(V x) { return max(set(0), x) + log1p(exp(-max(-x, x))); }
  static RONDO_INLINE V slope(V x, V) { return sigmoid(x); }
};

struct Softsign {  // x / (1 + |x|)
  static constexpr bool from_output = false;
  static RONDO_INLINE V value(V x) { return x / (set(1) + max(-x, x)); }
  static RONDO_INLINE V slope(V x, V) {
    const V d = set(1) + max(-x, x);
    return set(1) / (d * d);
  }
};

struct Silu {  // x sigmoid(x)
  static constexpr bool from_output = false;
  static RONDO_INLINE V value(V x) { return x * sigmoid(x); }
  static RONDO_INLINE V slope(V x, V) {
    const V s = sigmoid(x);
    return s * (set(1) + x * (set(1) - s));
  }
};

struct Tanh {
  static constexpr bool from_output = true;
  static RONDO_INLINE V value(V x) { return tanh(x); }
  static RONDO_INLINE V slope(V, V y) { return fma(-y, y, set(1)); }
};

struct Sigmoid {
  static constexpr bool from_output = true;
  static RONDO_INLINE V value(V x) { return sigmoid(x); }
  static RONDO_INLINE V slope(V, V y) { return fma(-y, y, y); }
};

struct Exponential {
  static constexpr bool from_output = true;
  static RONDO_INLINE V value(V x) {
#if defined(RONDO_DOUBLE)
    return exp(x);
#else
    const V infinity = set(__builtin_inff());
    return select_negative(set(88.3762627f) - x, infinity, exp(x));
#endif
  }
  static RONDO_INLINE V slope(V, V y) { return y; }
};

struct HardSigmoid {  // relu6(x + 3) / 6
  static constexpr bool from_output = true;
  static RONDO_INLINE V value(V x) { return clamp(x + set(3), 0, 6) * set(real(1.0 / 6)); }
  static RONDO_INLINE V slope(V, V y) {
    return select_negative(-y, select_negative(y - set(1), set(real(1.0 / 6)), set(0)), set(0));
  }
};

struct HardTanh {  // min(max(x, -1), 1)
  static constexpr bool from_output = true;
  static RONDO_INLINE V value(V x) { return clamp(x, -1, 1); }
  static RONDO_INLINE V slope(V, V y) {
    return select_negative(set(-1) - y, select_negative(y - set(1), set(1), set(0)), set(0));
  }
};

struct HardSilu {  // x relu6(x + 3) / 6
  static constexpr bool from_output = false;
  static RONDO_INLINE V value(V x) { return x * clamp(x + set(3), 0, 6) * set(real(1.0 / 6)); }
  static RONDO_INLINE V slope(V x, V) {
    const V inside = (set(2) * x + set(3)) * set(real(1.0 / 6));
    return select_negative(set(-3) - x, select_negative(x - set(3), inside, set(1)), set(0));
  }
};

struct Mish {  // x tanh(softplus(x))
  static constexpr bool from_output = false;
  static RONDO_INLINE V value(V x) { return x * tanh(Softplus::value(x)); }
  static RONDO_INLINE V slope(V x, V) {
    const V t = tanh(Softplus::value(x));
    return t + x * (set(1) - t * t) * sigmoid(x);
  }
};

struct Gelu {  // x Phi(x), Phi the normal distribution (Keras's default, approximate = False)
  static constexpr bool from_output = false;
  static RONDO_INLINE V phi(V x) { return set(real(0.5)) * (set(1) + erf(x * set(real(0.70710678118654752440)))); }
  static RONDO_INLINE V value(V x) { return x * phi(x); }
  static RONDO_INLINE V slope(V x, V) {
    return fma(x * set(real(0.39894228040143267794)), exp(set(real(-0.5)) * x * x), phi(x));
  }
};

struct LogSigmoid {  // log(sigmoid(x)) = -softplus(-x)
  static constexpr bool from_output = false;
  static RONDO_INLINE V value(V x) { return -Softplus::value(-x); }
  static RONDO_INLINE V slope(V x, V) { return sigmoid(-x); }
};

// f(case) for the function `kind`.
template <class F>
RONDO_INLINE auto with(Function kind, F&& f) {
  switch (kind) {
    case Function::relu:
      return f(Relu{});
    case Function::leaky_relu:
      return f(LeakyRelu{});
    case Function::relu6:
      return f(Relu6{});
    case Function::elu:
      return f(Elu{});
    case Function::selu:
      return f(Selu{});
    case Function::softplus:
      return f(Softplus{});
    case Function::softsign:
      return f(Softsign{});
    case Function::silu:
      return f(Silu{});
    case Function::tanh:
      return f(Tanh{});
    case Function::sigmoid:
      return f(Sigmoid{});
    case Function::exponential:
      return f(Exponential{});
    case Function::hard_sigmoid:
      return f(HardSigmoid{});
    case Function::hard_tanh:
      return f(HardTanh{});
    case Function::hard_silu:
      return f(HardSilu{});
    case Function::mish:
      return f(Mish{});
    case Function::gelu:
      return f(Gelu{});
    case Function::log_sigmoid:
      return f(LogSigmoid{});
    case Function::linear:
      break;
  }
  return f(Linear{});
}

}  // namespace rondo::RONDO_ISA
