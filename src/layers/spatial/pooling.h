// Pooling over a window, and over all places: everything but the constructors.
//
//   max       y = max of the places seen (NaN if one is NaN)      dx of the first place that holds the maximum += dy
//   average   y = sum of the places seen / their number           dx of each += dy / their number
//
// Padding is neither seen nor counted. (samples, [rows,] columns, channels), every channel on its own.
//
//   global    the same over all places; the gradient of a maximum that several places hold is shared equally, as in Keras
//
// The mean of all time steps takes those that a mask keeps; of none it is 0, or Keras's NaN.
#pragma once

#include "layers/base/activity.h"
#include "layers/spatial/window.h"

namespace rondo {

class PoolingLayer : public Spatial<Layer>, public KeywordActivity {
 public:
  PoolingLayer(int axes, bool largest) : largest_(largest) {
    window.axes = axes;
    window.name = "pool_size";
    window.size = {2};
    settle();
  }

  WindowConfig window;  // pool_size, strides (empty: those of pool_size), padding

  void describe(ConfigVisitor& visitor) override;
  void check() const override;
  int place_axes() const override { return window.axes; }
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  std::string streaming_refusal() const override { return "its window sees several places at once"; }

  // The options of the layers, checked. Sizes are one number for every axis; strides of None are those of pool_size.
  template <class Options>
  void take(std::vector<Index> pool_size, std::vector<Index> strides, const Options& o) {
    window.size = std::move(pool_size);
    window.strides = std::move(strides);
    window.padding = o.padding;
    data_format = o.data_format;
    input_shape = o.input_shape;
    set_name(o.name);
    settle();
    check();
  }

 protected:
  void build_last(const Shapes& in, Weights&) override { shapes_last(in); }
  Shapes shapes_last(const Shapes& in) const override;
  void plan_last(const Shapes&, Plan&) const override {}
  void forward_last(const Run& run) const noexcept override;
  void backward_last(const Run& run) const noexcept override;

 private:
  void settle();

  const bool largest_;
};

class GlobalPoolingLayer : public Spatial<Layer>, public KeywordActivity {
 public:
  GlobalPoolingLayer(int axes, bool largest) : axes_(axes), largest_(largest) {}

  bool keepdims = false;

  void describe(ConfigVisitor& visitor) override;
  void check() const override { require_data_format(*this, data_format); }
  int place_axes() const override { return axes_; }
  // Only the mean over time knows what to do with a mask. That of channels in front of the steps is none of steps.
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] && (!uses_mask() || channels_first()) ? MaskFlow::drop : MaskFlow::none;
  }
  std::string streaming_refusal() const override {
    return axes_ == 1 ? "it needs all time steps at once" : "it needs all places at once";
  }

  template <class Options>
  void take(const Options& o) {
    data_format = o.data_format;
    keepdims = o.keepdims;
    input_shape = o.input_shape;
    set_name(o.name);
    check();
  }

 protected:
  void build_last(const Shapes& in, Weights&) override { shapes_last(in); }
  Shapes shapes_last(const Shapes& in) const override;
  void plan_last(const Shapes& in, Plan& plan) const override;
  void forward_last(const Run& run) const noexcept override;
  void backward_last(const Run& run) const noexcept override;

 private:
  struct Seen;
  enum { sums = 0 };  // scratch: in double, one a channel

  bool uses_mask() const { return axes_ == 1 && !largest_; }

  const int axes_;
  const bool largest_;
};

}  // namespace rondo
