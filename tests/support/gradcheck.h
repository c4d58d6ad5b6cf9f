// Gradients of a whole model against central differences, in the build with real = double.
//
//   L = sum over outputs and valid rows of c . y      c random; and what activity_regularizers add
//
// Differences are of fourth order, (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12h: at h = 1e-3 truncation and rounding both stay
// near 1e-12, so 1e-7 has room for curved activations and none for a wrong equation.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "model/model_state.h"
#include "model/session.h"
#include "rondo/model/model.h"

namespace rondo {

// Uniform in [low, high), the same on every platform.
class TestRandom {
 public:
  explicit TestRandom(unsigned seed) : engine_(seed) {}
  double operator()(double low, double high) { return low + (high - low) * (static_cast<double>(engine_()) / 4294967296.0); }
  Index below(Index n) { return static_cast<Index>(engine_() % static_cast<std::uint32_t>(n)); }
  Array array(const Shape& shape, double low = -1, double high = 1) {
    Array a(shape);
    for (real& v : a.values()) v = static_cast<real>((*this)(low, high));
    return a;
  }

 private:
  std::mt19937 engine_;
};

// Every weight uniform in [-0.8, 0.8), variances in [0.5, 1.5): far from the zeros and ones that hide mistakes.
inline void randomize_weights(Model& model, unsigned seed) {
  TestRandom random(seed);
  for (Weight* w : model.internal().weights) {
    const bool variance = w->name.find("variance") != std::string::npos;
    for (real& v : w->value.values()) v = static_cast<real>(variance ? random(0.5, 1.5) : random(-0.8, 0.8));
  }
  model.internal().pack(true);
}

class GradientCheck {
 public:
  GradientCheck(Model& model, const std::vector<Array>& inputs, unsigned seed = 1)
      : model_(model), inputs_(inputs), session_(model.internal().built(), {shapes(inputs), {true, false}, 1, true}) {
    TestRandom random(seed);
    run();
    for (std::size_t o = 0; o < model.output_shapes().size(); ++o) {
      const Port& port = session_.output(static_cast<int>(o));
      std::vector<real> c(static_cast<std::size_t>(port.dims.elements()));
      for (std::size_t i = 0; i < c.size(); ++i) {
        const real value = static_cast<real>(random(-1, 1));
        c[i] = kept(port, i) ? value : real(0);
      }
      c_.push_back(std::move(c));
    }
  }

  // Checks every weight and, if they have gradients, every input; `where` opens the messages.
  void check(const std::string& where, double tolerance = 1e-7, bool of_inputs = true) {
    run();
    backward();
    std::vector<Part> parts;
    const auto& trainable = model_.internal().trainable;
    for (std::size_t i = 0; i < trainable.size(); ++i) {
      const std::span<real> g = session_.gradient(static_cast<int>(i));
      parts.push_back({"weight " + trainable[i]->name, trainable[i]->value.values(), {g.begin(), g.end()}, {}});
    }
    for (std::size_t i = 0; of_inputs && i < inputs_.size(); ++i) {
      const real* g = session_.input_gradient(static_cast<int>(i));
      parts.push_back({"input " + std::to_string(i), inputs_[i].values(), {g, g + inputs_[i].size()}, {}});
    }
    double largest = 0;
    for (Part& part : parts) {
      // Of a large weight, every so manieth value: each difference costs four runs.
      const std::size_t each = 1 + part.values.size() / 300;
      std::vector<real> analytic;
      for (std::size_t i = part.values.size() % each; i < part.values.size(); i += each) {
        part.numeric.push_back(derivative(part.values[i]));
        analytic.push_back(part.analytic[i]);
      }
      part.analytic = std::move(analytic);
      largest = std::max(largest, norm(part.numeric));
    }
    for (const Part& part : parts) {
      double difference = 0;
      for (std::size_t i = 0; i < part.numeric.size(); ++i) {
        const double d = static_cast<double>(part.analytic[i]) - part.numeric[i];
        difference += d * d;
        if (std::isnan(static_cast<double>(part.analytic[i]))) difference = NAN;
      }
      // A gradient that is nothing but rounding is held to the size of the others.
      const double scale = std::max({norm(part.numeric), 1e-3 * largest, 1e-6});
      EXPECT_LE(std::sqrt(difference), tolerance * scale)
          << where << ": gradient of " << part.name << ", norm " << norm(part.numeric);
    }
  }

  // The largest absolute value among all gradients.
  double largest() {
    run();
    backward();
    double most = 0;
    const auto look = [&](real v) {
      most = std::isnan(static_cast<double>(v)) ? NAN : std::max(most, std::abs(static_cast<double>(v)));
    };
    for (std::size_t i = 0; i < model_.internal().trainable.size(); ++i)
      for (real v : session_.gradient(static_cast<int>(i))) look(v);
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      for (Index k = 0; k < inputs_[i].size(); ++k) look(session_.input_gradient(static_cast<int>(i))[k]);
    return most;
  }

 private:
  struct Part {
    std::string name;
    std::span<real> values;
    std::vector<real> analytic;
    std::vector<double> numeric;
  };

  static Shapes shapes(const std::vector<Array>& arrays) {
    Shapes out;
    for (const Array& a : arrays) out.push_back(a.shape());
    return out;
  }
  static double norm(const std::vector<double>& v) {
    double sum = 0;
    for (double x : v) sum += x * x;
    return std::sqrt(sum);
  }
  static bool kept(const Port& port, std::size_t i) {
    if (port.mask == nullptr) return true;
    const Index each = port.dims.elements() / port.mask_size();
    return port.mask[static_cast<Index>(i) / each] != 0;
  }

  void run() {
    model_.internal().pack(true);
    session_.start(shapes(inputs_));
    session_.reset_state();
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      std::copy(inputs_[i].values().begin(), inputs_[i].values().end(), session_.input(static_cast<int>(i)));
    session_.forward(true, 7);
  }
  void backward() {
    for (std::size_t o = 0; o < c_.size(); ++o)
      std::copy(c_[o].begin(), c_[o].end(), session_.output_gradient(static_cast<int>(o)));
    session_.backward();
  }
  double value() {
    run();
    double sum = session_.penalty();
    for (std::size_t o = 0; o < c_.size(); ++o) {
      const Port& port = session_.output(static_cast<int>(o));
      for (std::size_t i = 0; i < c_[o].size(); ++i)
        if (kept(port, i)) sum += static_cast<double>(c_[o][i]) * static_cast<double>(port.values[i]);
    }
    return sum;
  }
  double derivative(real& v) {
    if (!std::isfinite(static_cast<double>(v))) return 0;  // padding: nothing may come of it
    const real old = v;
    const double h = 1e-3;
    const auto at = [&](double step) {
      v = static_cast<real>(static_cast<double>(old) + step);
      return value();
    };
    const double near = at(h) - at(-h), far = at(2 * h) - at(-2 * h);
    v = old;
    return (8 * near - far) / (12 * h);
  }

  Model& model_;
  std::vector<Array> inputs_;
  Session session_;
  std::vector<std::vector<real>> c_;
};

}  // namespace rondo
