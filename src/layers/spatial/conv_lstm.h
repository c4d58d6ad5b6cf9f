// ConvLSTM1D and ConvLSTM2D: everything but their constructors. The equations are those of LSTM with convolutions for products
// (layers/conv_lstm2d.cpp); every sample is walked on its own, because one step of it is rows enough.
#pragma once

#include "layers/base/activity.h"
#include "layers/recurrent/arguments.h"
#include "layers/spatial/channel_order.h"
#include "layers/spatial/patches.h"

namespace rondo {

class ConvLSTMLayer : public Spatial<RecurrentLayer>, public CellArguments, public ActivityRegularized, public OutputRows {
 public:
  explicit ConvLSTMLayer(int axes) {
    window.axes = axes;
    window.size = window.strides = window.dilation = std::vector<Index>(static_cast<std::size_t>(axes), 1);
  }

  Index& filters = units;
  WindowConfig window;  // kernel_size, strides, padding, dilation_rate: of the input's convolution
  bool unit_forget_bias = true;

  void describe(ConfigVisitor& visitor) override;
  void check() const override;
  void pack(Weights& weights, bool for_training) const noexcept override;
  int place_axes() const override { return window.axes; }
  int states() const override { return 2; }
  Index input_rank() const override { return window.axes + 3; }
  std::shared_ptr<Layer> reversed_copy() const override;
  // As many rows go out as places, which may be fewer than come in: it writes the mask of its steps itself.
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] && return_sequences ? MaskFlow::make : MaskFlow::none;
  }
  std::string streaming_refusal() const override {
    return go_backwards ? "it reads the sequence from its end (go_backwards)" : "";
  }

  // The options ConvLSTM1D and ConvLSTM2D share.
  template <class Options>
  void take(Index n, const Options& o) {
    filters = n;
    window.padding = o.padding;
    data_format = o.data_format;
    take_cell(o);
    unit_forget_bias = o.unit_forget_bias;
    activity_regularizer = o.activity_regularizer;
    take_walk(*this, o);
    set_name(o.name);
    check();
  }

  virtual std::shared_ptr<ConvLSTMLayer> make() const = 0;  // without a config

 protected:
  void build_last(const Shapes& in, Weights& weights) override;
  Shapes shapes_last(const Shapes& in) const override;
  void plan_last(const Shapes& in, Plan& plan) const override;
  void forward_last(const Run& run) const noexcept override;
  void backward_last(const Run& run) const noexcept override;

 private:
  struct Walk;                                 // one call
  enum { states_h, states_c, gates, before };  // kept: states before each step, gates and what they were made of
  // scratch
  enum { products = 4, patches, d_h, d_c, d_gates, masks_x, masks_h, dropped, d_dropped };
  // packs: W and U, for backward, then gate by gate where there is dropout
  enum { pack_x, pack_h, pack_x_back, pack_h_back, first_gate_pack };
  enum { carried_h, carried_c };  // state

  void check_inputs(const Shapes& in) const;
  Shape step_of(const Shape& in) const;   // (samples, [rows,] columns, channels)
  Shape state_of(const Shape& in) const;  // (samples, [rows',] columns', filters)
  Convolution input_convolution(const Dims& step) const noexcept;
  Convolution recurrent_convolution(const Dims& state) const noexcept;
  Convolution one_gate(const Convolution& all) const noexcept;
  bool drops_x() const { return dropout > 0 && dropout < 1; }
  bool drops_h() const { return recurrent_dropout > 0 && recurrent_dropout < 1; }
  int gate_pack(bool of_h, bool back) const { return first_gate_pack + (of_h && drops_x() ? 2 : 0) + (back ? 1 : 0); }
  Initializer first_bias() const;
  bool keeps_inputs() const { return !act_->from_output || !gate_->from_output; }  // backward needs what went into the gates

  const ActivationFunction *act_ = nullptr, *gate_ = nullptr;
};

}  // namespace rondo
