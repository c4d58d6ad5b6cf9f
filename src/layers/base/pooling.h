// What pooling layers over time share: shapes, options, and the walk over windows or whole sequences.
#pragma once

#include <algorithm>

#include "layers/base/require.h"
#include "layers/base/window.h"
#include "rondo/layers/layer.h"
#include "rondo/layers/pooling.h"

namespace rondo {

// Windows of pool_size steps.
class PoolLayer : public Layer {
 public:
  std::vector<Index> pool_size = {2}, strides;
  std::string padding = "valid", data_format = "channels_last";

  void check() const override {
    one_size(class_name(), "pool_size", pool_size);
    if (!strides.empty()) one_size(class_name(), "strides", strides);
    check_padding(class_name(), padding, false);
    check_channels_last(class_name(), data_format);
  }
  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    require_sequences(*this, in);
    const Index steps = window().places(in[0][1]);
    if (steps == 0)
      fail(Code::shape, described() + ": " + std::to_string(in[0][1]) + " time steps have no window of pool_size " +
                            std::to_string(pool_size[0]));
    return {Shape{in[0][0], steps, in[0][2]}};
  }
  void plan(const Shapes&, Plan&) const override {}
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  std::string streaming_refusal() const override { return "its window needs several time steps at once"; }

  void take(Index size, const PoolingOptions& options) {
    pool_size = {size};
    strides = options.strides;
    padding = options.padding;
    input_shape = options.input_shape;
    set_name(options.name);
    check();
  }

 protected:
  void describe_rest(ConfigVisitor& v) {
    v.field("strides", strides, {});
    v.field("padding", padding, "valid");
    v.field("data_format", data_format, "channels_last");
  }
  Window window() const { return {pool_size[0], strides.empty() ? pool_size[0] : strides[0], padding[0]}; }

  // f(first, end, place): values of one feature, steps first ... end-1, `features` apart; the place in the output.
  template <class F>
  void each(const Run& run, F f) const noexcept {
    const Dims &x = run.in().dims, &y = run.out().dims;
    const Window w = window();
    const Index before = w.before(x[1]), features = x[2];
    for (Index b = 0; b < x[0]; ++b) {
      for (Index p = 0; p < y[1]; ++p) {
        const Index from = std::max<Index>(p * w.stride - before, 0), end = std::min(p * w.stride - before + w.size, x[1]);
        for (Index k = 0; k < features; ++k) {
          const Index at = b * x[1] * features + k;
          f(at + from * features, at + end * features, (b * y[1] + p) * features + k);
        }
      }
    }
  }
};

// Whole sequences.
class GlobalPoolLayer : public Layer {
 public:
  std::string data_format = "channels_last";
  bool keepdims = false;
  bool nan_of_nothing = false;  // Keras's mean of no step at all, under keras_mask_compat; 0 otherwise

  void describe(ConfigVisitor& v) override {
    v.field("data_format", data_format, "channels_last");
    v.field("keepdims", keepdims, false);
  }
  void check() const override { check_channels_last(class_name(), data_format); }
  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    require_sequences(*this, in);
    if (in[0][1] == 0) fail(Code::shape, described() + ": the sequences have no time steps");
    return {keepdims ? Shape{in[0][0], 1, in[0][2]} : Shape{in[0][0], in[0][2]}};
  }
  void plan(const Shapes&, Plan&) const override {}
  std::string streaming_refusal() const override { return "it needs all time steps at once"; }

  void take(const GlobalPoolingOptions& options) {
    keepdims = options.keepdims;
    input_shape = options.input_shape;
    set_name(options.name);
  }
};

template <class T, class... Arguments>
LayerRef made_pooling(const Arguments&... arguments) {
  auto layer = std::make_shared<T>();
  layer->take(arguments...);
  return LayerRef(layer);
}

}  // namespace rondo
