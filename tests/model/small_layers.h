// Layers so small that a test can do their sums by hand: the engine is tested without the kernels of real ones.
#pragma once

#include <algorithm>
#include <memory>

#include "rondo/layers/layer.h"
#include "rondo/model/model.h"

namespace rondo::small {

//  y = w x + b      w, b: one per feature
class Affine : public Layer {
 public:
  std::string class_name() const override { return "Affine"; }
  void describe(ConfigVisitor&) override {}
  void build(const Shapes& in, Weights& weights) override {
    weights.add("scale", {in[0][-1]}, "ones");
    weights.add("shift", {in[0][-1]}, "zeros");
  }
  Shapes output_shapes(const Shapes& in) const override { return {in[0]}; }
  void plan(const Shapes&, Plan&) const override {}
  void forward(const Run& run) const noexcept override {
    const Index width = run.in().dims[-1];
    for (Index i = 0; i < run.in().dims.elements(); ++i)
      run.out().values[i] = run.weight(0)[i % width] * run.in().values[i] + run.weight(1)[i % width];
  }
  void backward(const Run& run) const noexcept override {
    const Index width = run.in().dims[-1];
    const real* dy = run.d_out().values;
    for (Index i = 0; i < run.in().dims.elements(); ++i) {
      if (real* g = run.gradient(0)) g[i % width] += dy[i] * run.in().values[i];
      if (real* g = run.gradient(1)) g[i % width] += dy[i];
      if (run.d_in().values) run.d_in().values[i] = dy[i] * run.weight(0)[i % width];
    }
  }
};

//  h(t) = a h(t-1) + x(t)      a: one per feature. y = h(T-1), or every h. A masked step keeps h.
class Leak : public Layer {
 public:
  bool return_sequences = false, keeps_state = false;
  std::string class_name() const override { return "Leak"; }
  void describe(ConfigVisitor& v) override { v.field("return_sequences", return_sequences, false); }
  void build(const Shapes& in, Weights& weights) override { weights.add("leak", {in[0][-1]}, "ones"); }
  Shapes output_shapes(const Shapes& in) const override {
    if (return_sequences) return {in[0]};
    return {Shape{in[0][0], in[0][-1]}};
  }
  bool stateful() const override { return keeps_state; }
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return masked[0] && return_sequences ? MaskFlow::pass : MaskFlow::none;
  }
  void plan(const Shapes& in, Plan& plan) const override {
    plan.kept(0, in[0].elements());
    plan.scratch(1, in[0][0] * in[0][-1]);
    if (plan.streaming() || keeps_state) plan.state(0, in[0][0] * in[0][-1]);
  }
  void forward(const Run& run) const noexcept override {
    const Port& x = run.in();
    const Index B = x.dims[0], T = x.dims[1], F = x.dims[2];
    real* h = run.kept(0);
    for (Index b = 0; b < B; ++b) {
      for (Index f = 0; f < F; ++f) {
        real last = run.carry() ? run.state(0)[b * F + f] : real(0);
        for (Index t = 0; t < T; ++t) {
          const Index i = (b * T + t) * F + f;
          if (!x.mask || x.mask[b * T + t]) last = run.weight(0)[f] * last + x.values[i];
          h[i] = last;
          if (return_sequences) run.out().values[i] = last;
        }
        if (!return_sequences) run.out().values[b * F + f] = last;
        if (run.carry()) run.state(0)[b * F + f] = last;
      }
    }
  }
  void backward(const Run& run) const noexcept override {
    const Port& x = run.in();
    const Index B = x.dims[0], T = x.dims[1], F = x.dims[2];
    const real *h = run.saved(0), *dy = run.d_out().values;
    for (Index b = 0; b < B; ++b) {
      for (Index f = 0; f < F; ++f) {
        real dh = return_sequences ? real(0) : dy[b * F + f];
        for (Index t = T; t-- > 0;) {
          const Index i = (b * T + t) * F + f;
          if (return_sequences) dh += dy[i];
          const bool keep = !x.mask || x.mask[b * T + t];
          if (run.d_in().values) run.d_in().values[i] = keep ? dh : real(0);
          if (!keep) continue;
          if (run.gradient(0) && t > 0) run.gradient(0)[f] += dh * h[i - F];
          dh *= run.weight(0)[f];
        }
      }
    }
  }
};

//  y = x - mean over the batch (in training), y = x - moving (otherwise); moving <- (moving + mean) / 2
class Center : public Layer {
 public:
  std::string class_name() const override { return "Center"; }
  void describe(ConfigVisitor&) override {}
  void build(const Shapes& in, Weights& weights) override { weights.add("moving", {in[0][-1]}, "zeros", false); }
  Shapes output_shapes(const Shapes& in) const override { return {in[0]}; }
  void plan(const Shapes& in, Plan&) const override { width_ = in[0][-1]; }
  int rounds(Direction) const override { return trainable ? 1 : 0; }
  Index partial_size(int) const override { return width_ + 1; }
  void partial(const Run& run, int round) const noexcept override {
    const Port& p = round == 0 ? run.in() : run.d_out();
    for (Index i = 0; i < p.dims.elements(); ++i) run.partial(round)[i % width_] += static_cast<double>(p.values[i]);
    run.partial(round)[width_] += static_cast<double>(p.dims.rows());
  }
  void forward(const Run& run) const noexcept override {
    const bool own = run.training() && trainable;
    for (Index i = 0; i < run.in().dims.elements(); ++i)
      run.out().values[i] = run.in().values[i] - (own ? static_cast<real>(run.joint(0)[i % width_] / run.joint(0)[width_])
                                                      : run.weight(0)[i % width_]);
  }
  void backward(const Run& run) const noexcept override {
    if (!run.d_in().values) return;
    const bool own = run.training() && trainable;
    for (Index i = 0; i < run.in().dims.elements(); ++i)
      run.d_in().values[i] =
          run.d_out().values[i] - (own ? static_cast<real>(run.joint(1)[i % width_] / run.joint(1)[width_]) : real(0));
  }
  void update(const double* const* joint) noexcept override {
    for (Index f = 0; f < width_; ++f) {
      real& m = weights().own()[0].value.data()[f];
      m = static_cast<real>((static_cast<double>(m) + joint[0][f] / joint[0][width_]) / 2);
    }
  }

 private:
  mutable Index width_ = 1;
};

inline LayerRef affine(const Shape& input_shape = {}) {
  auto l = std::make_shared<Affine>();
  l->input_shape = input_shape;
  return LayerRef(l);
}
inline LayerRef leak(bool return_sequences, const Shape& input_shape = {}, bool stateful = false) {
  auto l = std::make_shared<Leak>();
  l->return_sequences = return_sequences;
  l->keeps_state = stateful;
  l->input_shape = input_shape;
  return LayerRef(l);
}
inline LayerRef center(const Shape& input_shape = {}) {
  auto l = std::make_shared<Center>();
  l->input_shape = input_shape;
  return LayerRef(l);
}

}  // namespace rondo::small
