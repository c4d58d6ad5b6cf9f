// A layer for gradcheck and for tests: puts a mask on its first input, so that padding can hold anything, NaN too (Masking
// would write zeros there).
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "rondo/layers/layer.h"
#include "rondo/model/model.h"

namespace rondo {

// Inputs (samples, time steps, ...) and (samples, time steps, 1), where more than 0.5 keeps the step.
class GivenMaskLayer final : public Layer {
 public:
  std::string class_name() const override { return "GivenMask"; }
  void describe(ConfigVisitor&) override {}
  void build(const Shapes&, Weights&) override {}
  Shapes output_shapes(const Shapes& in) const override { return {in[0]}; }
  void plan(const Shapes&, Plan&) const override {}
  MaskFlow mask_flow(std::span<const bool>) const override { return MaskFlow::make; }

  void forward(const Run& run) const noexcept override {
    std::copy_n(run.in().values, run.in().dims.elements(), run.out().values);
    const Index steps = run.in(1).dims.elements(), each = steps == 0 ? 0 : run.out().mask_size() / steps;
    for (Index i = 0; i < steps; ++i)  // every row of a time step
      std::fill_n(run.out().mask + i * each, each, static_cast<std::uint8_t>(run.in(1).values[i] > real(0.5) ? 1 : 0));
  }
  void backward(const Run& run) const noexcept override {
    if (real* d = run.d_in().values) {
      const Index n = run.in().dims.elements();
      if (const real* from = run.d_out().values) {
        std::copy_n(from, n, d);
      } else {
        std::fill_n(d, n, real(0));
      }
    }
    if (real* d = run.d_in(1).values) std::fill_n(d, run.in(1).dims.elements(), real(0));
  }
};

inline SymbolicTensor given_mask(const SymbolicTensor& x, const SymbolicTensor& keep) {
  return LayerRef(std::make_shared<GivenMaskLayer>()).call({x, keep})[0];
}

}  // namespace rondo
