// One time step of any cell, fused: a register tile of the packed product, whose epilogue is the cell's equations. Read once
// per ISA (foreach_isa.h), before a cell:
//
//   struct Cell {
//     static constexpr CellShape shape;
//     static constexpr bool reads_h;     // the equations use h_(t-1) itself, besides h.U
//     template <class Act> static void forward(const Act& f, V (&z)[gates], V h0, V c0, V& c1, V& h1);
//     template <class Act> static void backward(const Act& f, V (&z)[gates], V h0, V c0, V& dh, V& dc);
//   };
//
// forward gets the finished sums in z and may leave there what backward wants; backward leaves dz in z, and in dh and dc only
// what flows straight to the previous step. The packed weights of one vector of units lie together:
//
//   [bias: gates] [for k < F: x_gates] [for k < H: h_gates]      vectors
//
// so one tile of tile_rows x gates accumulators reads them front to back.
#include "activations/base/functions_isa.h"
#include "kernels/gemm_isa.h"
#include "layers/recurrent/row_pair_isa.h"

namespace rondo::RONDO_ISA {

// tanh and sigmoid: the gate is kept as its output, and its slope follows from that.
struct Standard : OnePass {
  static constexpr bool inlined = true;
  RONDO_INLINE V gate(V& z) const { return z = sigmoid(z); }
  RONDO_INLINE V value(V& z) const { return z = tanh(z); }
  RONDO_INLINE V output(V c) const { return tanh(c); }
  RONDO_INLINE V kept_gate(V z) const { return z; }
  RONDO_INLINE V kept_value(V z) const { return z; }
  RONDO_INLINE V gate_slope(V, V y) const { return Sigmoid::slope(y, y); }
  RONDO_INLINE V value_slope(V, V y) const { return Tanh::slope(y, y); }
};

// Calls, not inlined: sixteen functions in every gate of every tile would be megabytes of code for the rare case.
__attribute__((noinline)) inline V apply(Function f, V x) {
  return with(f, [&](auto g) RONDO_INLINE_LAMBDA { return g.value(x); });
}
__attribute__((noinline)) inline V slope_of(Function f, V x, V y) {
  return with(f, [&](auto g) RONDO_INLINE_LAMBDA { return g.slope(x, y); });
}

// Any pair: the gate is kept as its input.
struct AnyPair : OnePass {
  static constexpr bool inlined = false;
  Function activation, recurrent;
  AnyPair(Function a, Function r) : activation(a), recurrent(r) {}
  RONDO_INLINE V gate(V& z) const { return apply(recurrent, z); }
  RONDO_INLINE V value(V& z) const { return apply(activation, z); }
  RONDO_INLINE V output(V c) const { return apply(activation, c); }
  RONDO_INLINE V kept_gate(V z) const { return apply(recurrent, z); }
  RONDO_INLINE V kept_value(V z) const { return apply(activation, z); }
  RONDO_INLINE V gate_slope(V z, V y) const { return slope_of(recurrent, z, y); }
  RONDO_INLINE V value_slope(V z, V y) const { return slope_of(activation, z, y); }
};

template <class Step>
RONDO_INLINE AnyPair any_pair(const Step& s) {
  return {s.activation, s.recurrent_activation};
}

// Reals in the packed weights of one vector of units.
template <class Cell>
inline Index group_size(const Padded& size) {
  return (Cell::shape.gates + size.F * Cell::shape.x_gates + size.H * Cell::shape.h_gates) * lanes;
}

template <class Cell>
Index cell_packed_size(const Padded& size) {
  return size.Hp / lanes * group_size<Cell>(size);
}

template <class Cell>
void cell_pack(const Padded& size, const real* kernel, const real* recurrent, const real* bias_x, const real* bias_h,
               real* packed) {
  constexpr CellShape shape = Cell::shape;
  const Index stride = shape.columns * size.H;
  for (Index u = 0; u < size.H; u += lanes) {
    const Index width = std::min<Index>(lanes, size.H - u);
    const auto copy = [&](const real* row, int gate) {
      store(packed, load_some(row + shape.column[gate] * size.H + u, width));
      packed += lanes;
    };
    for (int g = 0; g < shape.gates; ++g) {
      const bool from_x = bias_x && g >= shape.x_first && g < shape.x_first + shape.x_gates;
      const bool from_h = bias_h && g >= shape.h_first && g < shape.h_first + shape.h_gates;
      for (Index i = 0; i < lanes; ++i) {
        const Index at = shape.column[g] * size.H + u + i;
        *packed++ = i < width ? (from_x ? bias_x[at] : real(0)) + (from_h ? bias_h[at] : real(0)) : real(0);
      }
    }
    for (Index k = 0; k < size.F; ++k)
      for (int g = 0; g < shape.x_gates; ++g) copy(kernel + k * stride, shape.x_first + g);
    for (Index k = 0; k < size.H; ++k)
      for (int g = 0; g < shape.h_gates; ++g) copy(recurrent + k * stride, shape.h_first + g);
  }
}

// acc[r][u][First ...] += a[r][k] * w[k][...] for k < n, w holding N vectors a k for each of U vectors of units.
template <int R, int U, int G, int First, int N>
RONDO_INLINE void accumulate(V (&acc)[R * U * G], const real* a, Index lda, Index n, const real* w, Index group) {
  for (Index k = 0; k < n; ++k) {
    V b[U * N];
    times<U>([&](auto u) RONDO_INLINE_LAMBDA {
      times<N>([&](auto g) RONDO_INLINE_LAMBDA { b[u * N + g] = load(w + u * group + (k * N + g) * lanes); });
    });
    times<R>([&](auto r) RONDO_INLINE_LAMBDA {
      const V x = set(a[r * lda + k]);
      times<U>([&](auto u) RONDO_INLINE_LAMBDA {
        times<N>([&](auto g) RONDO_INLINE_LAMBDA {
          constexpr int i = (r() * U + u()) * G + First + g();
          acc[i] = fma(x, b[u() * N + g()], acc[i]);
        });
      });
    });
  }
}

// R rows x U vectors of units, from unit `unit` on.
template <class Cell, int R, int U, class Act>
RONDO_INLINE void forward_tile(const StepForward& s, const Act& f, Index row, Index unit) {
  constexpr CellShape shape = Cell::shape;
  constexpr int G = shape.gates;
  const Index stride = s.size.row();
  const Index group = group_size<Cell>(s.size);
  const real* w = s.packed + unit / lanes * group;
  const real* a = s.row + row * stride;
  V acc[R * U * G];
  times<U>([&](auto u) RONDO_INLINE_LAMBDA {
    times<G>([&](auto g) RONDO_INLINE_LAMBDA {
      const V bias = load(w + u * group + g * lanes);
      times<R>([&](auto r) RONDO_INLINE_LAMBDA { acc[(r * U + u) * G + g] = bias; });
    });
  });
  w += G * lanes;
  accumulate<R, U, G, shape.x_first, shape.x_gates>(acc, a, stride, s.size.F, w, group);
  w += s.size.F * shape.x_gates * lanes;
  accumulate<R, U, G, shape.h_first, shape.h_gates>(acc, a + s.size.Fp, stride, s.size.H, w, group);
  times<R>([&](auto r) RONDO_INLINE_LAMBDA {
    times<U>([&](auto u) RONDO_INLINE_LAMBDA {
      V z[G];
      times<G>([&](auto g) RONDO_INLINE_LAMBDA { z[g] = acc[(r * U + u) * G + g]; });
      const Index at = (row + r) * s.size.Hp + unit + u * lanes;
      V h0{}, c0{}, c1{}, h1;
      if constexpr (Cell::reads_h) h0 = load(a + r * stride + s.size.Fp + unit + u * lanes);
      if constexpr (shape.states == 2) c0 = load(s.cell_in + at);
      Cell::forward(f, z, h0, c0, c1, h1);
      if constexpr (shape.states == 2) store(s.cell_out + at, c1);
      store(s.h_out + (row + r) * stride + unit + u * lanes, h1);
      if (s.gates) {
        real* kept = s.gates + (row + r) * G * s.size.Hp + unit + u * lanes;
        times<G>([&](auto g) RONDO_INLINE_LAMBDA { store(kept + g * s.size.Hp, z[g]); });
      }
    });
  });
}

template <class Cell, class Act>
inline void forward_step(const StepForward& s, const Act& f) {
  constexpr int most = Act::inlined ? tile_rows : 2;  // tiles of a rare pair of activations are not worth their code
  if (Act::inlined && s.rows == 1) {                  // one row: two vectors of units at once, to have enough independent sums
    Index unit = 0;
    for (; unit + 2 * lanes <= s.size.Hp; unit += 2 * lanes) forward_tile<Cell, 1, 2>(s, f, 0, unit);
    if (unit < s.size.Hp) forward_tile<Cell, 1, 1>(s, f, 0, unit);
    return;
  }
  for (Index unit = 0; unit < s.size.Hp; unit += lanes) {
    Index r = 0;
    if constexpr (most > 2)
      for (; r + most <= s.rows; r += most) forward_tile<Cell, most, 1>(s, f, r, unit);
    if constexpr (most > 4)
      for (; r + 4 <= s.rows; r += 4) forward_tile<Cell, 4, 1>(s, f, r, unit);
    for (; r + 2 <= s.rows; r += 2) forward_tile<Cell, 2, 1>(s, f, r, unit);
    if (r < s.rows) forward_tile<Cell, 1, 1>(s, f, r, unit);
  }
}

// The epilogue alone, on sums that lie in `gates`.
template <class Cell, class Act>
inline void forward_sums(const StepForward& s, const Act& f) {
  constexpr CellShape shape = Cell::shape;
  constexpr int G = shape.gates;
  const Index stride = s.size.row();
  for (Index r = 0; r < s.rows; ++r) {
    f.begin();
    do {
      for (Index unit = 0; unit < s.size.Hp; unit += lanes) {
        real* gates = s.gates + r * G * s.size.Hp + unit;
        const Index at = r * s.size.Hp + unit;
        V z[G];
        times<G>([&](auto g) RONDO_INLINE_LAMBDA { z[g] = load(gates + g * s.size.Hp); });
        V h0{}, c0{}, c1{}, h1;
        if constexpr (Cell::reads_h) h0 = load(s.row + r * stride + s.size.Fp + unit);
        if constexpr (shape.states == 2) c0 = load(s.cell_in + at);
        f.at(unit);
        Cell::forward(f, z, h0, c0, c1, h1);
        if (!f.final()) continue;
        if constexpr (shape.states == 2) store(s.cell_out + at, c1);
        store(s.h_out + r * stride + unit, h1);
        times<G>([&](auto g) RONDO_INLINE_LAMBDA { store(gates + g * s.size.Hp, z[g]); });
      }
    } while (f.again());
  }
}

template <class Cell, class Act>
inline void backward_step(const StepBackward& s, const Act& f) {
  constexpr CellShape shape = Cell::shape;
  constexpr int G = shape.gates;
  for (Index r = 0; r < s.rows; ++r) {
    f.begin();
    do {
      for (Index unit = 0; unit < s.size.Hp; unit += lanes) {
        real* gates = s.gates + r * G * s.size.Hp + unit;
        const Index at = r * s.size.Hp + unit;
        V z[G];
        times<G>([&](auto g) RONDO_INLINE_LAMBDA { z[g] = load(gates + g * s.size.Hp); });
        V h0{}, c0{}, dc{};
        V dh = load(s.dh + at);
        if constexpr (Cell::reads_h) h0 = load(s.row + r * s.size.row() + s.size.Fp + unit);
        if constexpr (shape.states == 2) {
          c0 = load(s.cell_in + at);
          dc = load(s.dc + at);
        }
        f.at(unit);
        Cell::backward(f, z, h0, c0, dh, dc);
        if (!f.final()) continue;
        const Index width = s.size.H - unit;
        times<G>([&](auto g) RONDO_INLINE_LAMBDA { store(gates + g * s.size.Hp, first_lanes(z[g], width)); });
        store(s.dh + at, first_lanes(dh, width));
        if constexpr (shape.states == 2) store(s.dc + at, first_lanes(dc, width));
      }
    } while (f.again());
  }
}

template <class Step>
RONDO_INLINE RowPair row_pair(const Step& s) {
  return {s.by_rows, s.size};
}

template <class Cell>
inline void forward_rows(const StepForward& s) {
  forward_step<SumsOf<Cell>>(s, NoActivation{});
  forward_sums<Cell>(s, row_pair(s));
}

template <class Cell>
CellKernels make_cell_kernels() {
  return {
      cell_packed_size<Cell>,
      cell_pack<Cell>,
      [](const StepForward& s) { forward_step<Cell>(s, Standard{}); },
      [](const StepBackward& s) { backward_step<Cell>(s, Standard{}); },
      [](const StepForward& s) { forward_step<Cell>(s, any_pair(s)); },
      [](const StepBackward& s) { backward_step<Cell>(s, any_pair(s)); },
      [](const StepForward& s) { forward_sums<Cell>(s, Standard{}); },
      [](const StepForward& s) { forward_sums<Cell>(s, any_pair(s)); },
      [](const StepForward& s) { forward_rows<Cell>(s); },
      [](const StepForward& s) { forward_sums<Cell>(s, row_pair(s)); },
      [](const StepBackward& s) { backward_step<Cell>(s, row_pair(s)); },
  };
}

}  // namespace rondo::RONDO_ISA
