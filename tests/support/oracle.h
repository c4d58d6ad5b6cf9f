// Keras's equations in double and plain loops, written for reading: what the layers are compared with.
#pragma once

#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "rondo/core/array.h"

namespace rondo::oracle {

using Vector = std::vector<double>;
using Function = std::function<double(double)>;

inline Function activation(const std::string& name) {
  if (name == "tanh") return [](double x) { return std::tanh(x); };
  if (name == "sigmoid") return [](double x) { return 1 / (1 + std::exp(-x)); };
  if (name == "linear") return [](double x) { return x; };
  if (name == "relu") return [](double x) { return std::max(x, 0.0); };
  if (name == "hard_sigmoid") return [](double x) { return std::min(std::max(x + 3, 0.0), 6.0) / 6; };
  if (name == "softsign") return [](double x) { return x / (1 + std::abs(x)); };
  throw std::logic_error("the oracle does not know " + name);
}

// A matrix in C order.
struct Matrix {
  Index rows = 0, columns = 0;
  Vector values;
  double operator()(Index r, Index c) const { return values[static_cast<std::size_t>(r * columns + c)]; }
  double& operator()(Index r, Index c) { return values[static_cast<std::size_t>(r * columns + c)]; }
};

// All axes but the last are rows.
inline Matrix matrix(const Array& a) {
  const Index columns = a.ndim() == 0 ? 1 : a.shape()[-1];
  return {columns == 0 ? 0 : a.size() / columns, columns, {a.values().begin(), a.values().end()}};
}

// y = f(x W + b), any number of leading axes.
inline Vector dense(const Array& x, const Array& kernel, const Array* bias, const Function& f) {
  const Matrix in = matrix(x), w = matrix(kernel);
  Vector out;
  for (Index r = 0; r < in.rows; ++r)
    for (Index u = 0; u < w.columns; ++u) {
      double sum = bias != nullptr ? static_cast<double>(bias->values()[static_cast<std::size_t>(u)]) : 0;
      for (Index k = 0; k < in.columns; ++k) sum += in(r, k) * w(k, u);
      out.push_back(f(sum));
    }
  return out;
}

// One step of a cell: x (F) and the states go in, the new states come out; states[0] is the output.
using Step = std::function<std::vector<Vector>(const Vector& x, const std::vector<Vector>& states)>;

// z = x K + h U + b, gates i f c o;  c' = s(f) c + s(i) a(c~),  h' = s(o) a(c')
inline Step lstm_step(const Array& kernel, const Array& recurrent, const Array* bias, const Function& a, const Function& s) {
  const Matrix k = matrix(kernel), u = matrix(recurrent);
  const Index units = u.rows;
  return [=](const Vector& x, const std::vector<Vector>& states) {
    const Vector &h = states[0], &c = states[1];
    Vector z(static_cast<std::size_t>(4 * units));
    for (Index j = 0; j < 4 * units; ++j) {
      double sum = bias != nullptr ? static_cast<double>(bias->values()[static_cast<std::size_t>(j)]) : 0;
      for (Index f = 0; f < k.rows; ++f) sum += x[static_cast<std::size_t>(f)] * k(f, j);
      for (Index f = 0; f < units; ++f) sum += h[static_cast<std::size_t>(f)] * u(f, j);
      z[static_cast<std::size_t>(j)] = sum;
    }
    std::vector<Vector> next(2, Vector(static_cast<std::size_t>(units)));
    const auto n = static_cast<std::size_t>(units);
    for (std::size_t j = 0; j < n; ++j) {
      next[1][j] = s(z[n + j]) * c[j] + s(z[j]) * a(z[2 * n + j]);
      next[0][j] = s(z[3 * n + j]) * a(next[1][j]);
    }
    return next;
  };
}

// gates z r h;  reset_after: h~ = a(x_h + r (h U_h + b_rec)), bias (2, 3u); otherwise h~ = a(x_h + (r h) U_h), bias (3u);
// h' = z h + (1 - z) h~
inline Step gru_step(const Array& kernel, const Array& recurrent, const Array* bias, bool reset_after, const Function& a,
                     const Function& s) {
  const Matrix k = matrix(kernel), u = matrix(recurrent);
  const Index units = u.rows;
  return [=](const Vector& x, const std::vector<Vector>& states) {
    const Vector& h = states[0];
    const auto b = [&](Index row, Index j) {
      if (bias == nullptr || (row == 1 && !reset_after)) return 0.0;
      return static_cast<double>(bias->values()[static_cast<std::size_t>(row * 3 * units + j)]);
    };
    const auto from_x = [&](Index j) {
      double sum = b(0, j);
      for (Index f = 0; f < k.rows; ++f) sum += x[static_cast<std::size_t>(f)] * k(f, j);
      return sum;
    };
    const auto from_h = [&](const Vector& v, Index j) {
      double sum = b(1, j);
      for (Index f = 0; f < units; ++f) sum += v[static_cast<std::size_t>(f)] * u(f, j);
      return sum;
    };
    Vector z(h.size()), r(h.size()), reset(h.size()), next(h.size());
    for (Index j = 0; j < units; ++j) {
      const auto i = static_cast<std::size_t>(j);
      z[i] = s(from_x(j) + from_h(h, j));
      r[i] = s(from_x(units + j) + from_h(h, units + j));
      reset[i] = r[i] * h[i];
    }
    for (Index j = 0; j < units; ++j) {
      const auto i = static_cast<std::size_t>(j);
      const Index at = 2 * units + j;
      const double candidate = a(from_x(at) + (reset_after ? r[i] * from_h(h, at) : from_h(reset, at)));
      next[i] = z[i] * h[i] + (1 - z[i]) * candidate;
    }
    return std::vector<Vector>{next};
  };
}

struct Walk {
  bool go_backwards = false;
  bool zero_output_for_mask = false;
};
struct Walked {
  Vector sequences;            // (samples, time steps, units), in the order of the walk
  Vector last;                 // (samples, units): the last of them
  std::vector<Vector> states;  // each (samples, units)
};

// Keras's loop: a masked step keeps the states and repeats states[0] (or gives zeros). `keep`: samples x time steps, or null.
inline Walked walk(const Step& step, const Array& x, Index units, Index states, const std::vector<Array>& initial = {},
                   const std::vector<std::vector<int>>* keep = nullptr, const Walk& how = {}) {
  const Index samples = x.shape()[0], steps = x.shape()[1], features = x.shape()[2];
  Walked out;
  out.states.resize(static_cast<std::size_t>(states));
  for (Index b = 0; b < samples; ++b) {
    std::vector<Vector> state;
    for (Index s = 0; s < states; ++s) {
      Vector v(static_cast<std::size_t>(units), 0.0);
      if (!initial.empty())
        for (Index j = 0; j < units; ++j)
          v[static_cast<std::size_t>(j)] = static_cast<double>(initial[static_cast<std::size_t>(s)](b, j));
      state.push_back(v);
    }
    Vector y(static_cast<std::size_t>(units), 0.0);
    for (Index i = 0; i < steps; ++i) {
      const Index t = how.go_backwards ? steps - 1 - i : i;
      if (keep != nullptr && (*keep)[static_cast<std::size_t>(b)][static_cast<std::size_t>(t)] == 0) {
        y = how.zero_output_for_mask ? Vector(y.size(), 0.0) : state[0];
      } else {
        Vector row;
        for (Index f = 0; f < features; ++f) row.push_back(static_cast<double>(x(b, t, f)));
        state = step(row, state);
        y = state[0];
      }
      out.sequences.insert(out.sequences.end(), y.begin(), y.end());
    }
    out.last.insert(out.last.end(), y.begin(), y.end());
    for (std::size_t s = 0; s < state.size(); ++s) out.states[s].insert(out.states[s].end(), state[s].begin(), state[s].end());
  }
  return out;
}

// The largest difference relative to the largest value (at least 1).
inline double difference(const Array& got, const Vector& wanted) {
  if (static_cast<std::size_t>(got.size()) != wanted.size()) return HUGE_VAL;
  double most = 0, scale = 1;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const double d = std::abs(static_cast<double>(got.values()[i]) - wanted[i]);
    if (!(d <= most)) most = std::isnan(d) ? HUGE_VAL : d;
    scale = std::max(scale, std::abs(wanted[i]));
  }
  return most / scale;
}

}  // namespace rondo::oracle
