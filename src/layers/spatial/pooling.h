// Pooling over a window, and over all places: everything but the constructors.
//
//   max       y = max of the places seen (NaN if one is NaN)      dx of the first place that holds the maximum += dy
//   average   y = sum of the places seen / their number           dx of each += dy / their number
//
// Padding is neither seen nor counted. (samples, [rows,] columns, channels), every channel on its own.
//
//   global    the same over all places; the gradient of a maximum that several places hold is shared equally, as in Keras
#pragma once

#include "layers/spatial/window.h"

namespace rondo {

class PoolingLayer : public Layer {
 public:
  PoolingLayer(int axes, bool largest) : largest_(largest) {
    window.axes = axes;
    window.size = {2};
    settle();
  }

  WindowConfig window;  // pool_size, strides (empty: those of pool_size), padding
  std::string data_format = "channels_last";

  void describe(ConfigVisitor& visitor) override;
  void check() const override;
  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override;
  void plan(const Shapes&, Plan&) const override {}
  void forward(const Run& run) const noexcept override;
  void backward(const Run& run) const noexcept override;
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  std::string streaming_refusal() const override { return "its window sees several places at once"; }
  // After the options are set: one number for every axis, the strides of None.
  void settle();

 private:
  const bool largest_;
};

class GlobalPoolingLayer : public Layer {
 public:
  GlobalPoolingLayer(int axes, bool largest) : axes_(axes), largest_(largest) {}

  std::string data_format = "channels_last";
  bool keepdims = false;

  void describe(ConfigVisitor& visitor) override;
  void check() const override { require_channels_last(*this, data_format); }
  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override;
  void plan(const Shapes& in, Plan& plan) const override;
  void forward(const Run& run) const noexcept override;
  void backward(const Run& run) const noexcept override;
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  std::string streaming_refusal() const override { return "it needs all places at once"; }

 private:
  enum { sums = 0 };  // scratch: in double, one a channel

  const int axes_;
  const bool largest_;
};

}  // namespace rondo
