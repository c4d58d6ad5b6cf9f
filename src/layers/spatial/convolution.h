// Conv1D and Conv2D: everything but their constructors.
#pragma once

#include "layers/base/activity.h"
#include "layers/spatial/channel_order.h"
#include "layers/spatial/patches.h"
#include "rondo/activations/activation.h"

namespace rondo {

class ConvolutionLayer : public Spatial<Layer>, public ActivityRegularized {
 public:
  explicit ConvolutionLayer(int axes) {
    window.axes = axes;
    window.size = window.strides = window.dilation = std::vector<Index>(static_cast<std::size_t>(axes), 1);
  }

  Index filters = 0;
  WindowConfig window;  // kernel_size, strides, dilation_rate, padding
  Index groups = 1;
  Activation activation = "linear";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer, bias_regularizer;
  Constraint kernel_constraint, bias_constraint;

  void describe(ConfigVisitor& visitor) override;
  void check() const override;
  void pack(Weights& weights, bool for_training) const noexcept override;
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  int place_axes() const override { return window.axes; }
  std::string streaming_refusal() const override { return "its window sees several places at once"; }

  // The options Conv1D and Conv2D share.
  template <class Options>
  void take(Index n, const Options& o) {
    filters = n;
    window.padding = o.padding;
    data_format = o.data_format;
    groups = o.groups;
    activation = o.activation;
    use_bias = o.use_bias;
    kernel_initializer = o.kernel_initializer;
    bias_initializer = o.bias_initializer;
    kernel_regularizer = o.kernel_regularizer;
    bias_regularizer = o.bias_regularizer;
    activity_regularizer = o.activity_regularizer;
    kernel_constraint = o.kernel_constraint;
    bias_constraint = o.bias_constraint;
    input_shape = o.input_shape;
    set_name(o.name);
    check();
  }

 protected:
  void build_last(const Shapes& in, Weights& weights) override;
  Shapes shapes_last(const Shapes& in) const override;
  void plan_last(const Shapes& in, Plan& plan) const override;
  void forward_last(const Run& run) const noexcept override;
  void backward_last(const Run& run) const noexcept override;

 private:
  enum { pre_activation = 0 };  // saved
  enum { patches = 0, dz };     // scratch

  void check_inputs(const Shapes& in) const;
  Convolution convolution(const Dims& dims) const noexcept;

  const ActivationFunction* function_ = nullptr;
};

}  // namespace rondo
