// Layers that turn every number into another by itself: y = f(x), dx = dy f'(x). Shape and mask stay.
#pragma once

#include <algorithm>

#include "layers/base/activity.h"
#include "layers/base/require.h"
#include "layers/base/valid_rows.h"
#include "rondo/layers/layer.h"

namespace rondo {

class ElementwiseLayer : public Layer, public KeywordActivity {
 public:
  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    return in;
  }
  void plan(const Shapes&, Plan&) const override {}
};

// Self has `real value(real x) const` and `real slope(real x) const`.
template <class Self>
class FunctionLayer : public ElementwiseLayer {
 public:
  void forward(const Run& run) const noexcept override {
    const Index n = run.in().dims.elements();
    const real* const x = run.in().values;
    for (Index i = 0; i < n; ++i) run.out().values[i] = self().value(x[i]);
  }
  void backward(const Run& run) const noexcept override {
    real* const dx = run.d_in().values;
    if (!dx) return;
    const Port& x = run.in();
    const real* const dy = run.d_out().values;
    if (x.mask) std::fill_n(dx, x.dims.elements(), real(0));
    for_rows_that_count(x, run.d_out().values, x.dims[-1], [&](Index first, Index rows) {
      const Index width = x.dims[-1];
      for (Index i = first * width; i < (first + rows) * width; ++i) dx[i] = dy[i] * self().slope(x.values[i]);
    });
  }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }
};

}  // namespace rondo
