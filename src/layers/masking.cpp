//  mask(t) = any over features of x(t) != mask_value
//  y(t)    = mask(t) ? x(t) : 0                        dx(t) = mask(t) ? dy(t) : 0
#include "rondo/layers/masking.h"

#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "layers/base/activity.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

class MaskingLayer final : public Layer, public KeywordActivity {
 public:
  double mask_value = 0.0;
  bool nan_masks_nothing = false;

  std::string class_name() const override { return "Masking"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("mask_value", mask_value, 0.0);
    if (std::isnan(mask_value)) nan_masks_nothing = true;  // a file of Keras's, which allows it
  }
  void check() const override {
    if (std::isnan(mask_value) && !nan_masks_nothing)
      fail(Code::value,
           described() +
               ": mask_value is NaN, and nothing equals NaN, so no time step would be masked. Fill the "
               "padding with another value, for example Masking({.mask_value = -1}); to mask nothing, as Keras does, "
               "Masking({.mask_value = NAN, .nan_masks_nothing = true})");
  }

  void build(const Shapes& in, Weights&) override { require_axes(*this, in, 2); }
  Shapes output_shapes(const Shapes& in) const override {
    require_axes(*this, in, 2);
    return {in[0]};
  }
  void plan(const Shapes&, Plan&) const override {}
  MaskFlow mask_flow(std::span<const bool>) const override { return MaskFlow::make; }

  void forward(const Run& run) const noexcept override {
    const Port &x = run.in(), &y = run.out();
    const auto value = static_cast<real>(mask_value);
    const Index entries = y.mask_size(), each = entries == 0 ? 0 : x.dims.elements() / entries, width = x.dims[-1];
    for (Index t = 0; t < entries; ++t) {
      const real* from = x.values + t * each;
      real* to = y.values + t * each;
      bool any = false;
      for (Index row = 0; row < each; row += width) {
        const bool keep = std::any_of(from + row, from + row + width, [&](real v) { return v != value; });
        any = any || keep;
        // Selected, never multiplied: whatever stands in the padding stays out.
        for (Index i = row; i < row + width; ++i) to[i] = keep ? from[i] : real(0);
      }
      // (the session shows a mask only where sequences end)
      if (y.mask) y.mask[t] = any && (x.mask == nullptr || x.mask[t] != 0) ? 1 : 0;
    }
  }

  void backward(const Run& run) const noexcept override {
    const Port &x = run.in(), &dx = run.d_in();
    if (!dx.values) return;
    const auto value = static_cast<real>(mask_value);
    const real* dy = run.d_out().values;
    const Index width = x.dims[-1], rows = x.dims.rows();
    for (Index row = 0; row < rows; ++row) {
      const real* from = x.values + row * width;
      const bool keep = std::any_of(from, from + width, [&](real v) { return v != value; });
      for (Index i = row * width; i < (row + 1) * width; ++i) dx.values[i] = keep ? dy[i] : real(0);
    }
  }
};

}  // namespace

Masking::Masking(const MaskingOptions& options) : LayerRef(std::make_shared<MaskingLayer>()) {
  auto& layer = static_cast<MaskingLayer&>(**this);
  layer.mask_value = options.mask_value;
  layer.nan_masks_nothing = options.nan_masks_nothing;
  layer.input_shape = options.input_shape;
  layer.set_name(options.name);
  layer.check();
}

}  // namespace rondo

RONDO_REGISTER(layers, masking) {
  rondo::register_layer("Masking", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::MaskingLayer>()); });
}
