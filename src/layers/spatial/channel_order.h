// data_format: where the axis of channels lies.
//
//   channels_last     (samples, [time steps,] [rows,] columns, channels)
//   channels_first    (samples, [time steps,] channels, [rows,] columns)
//
// The layers of this folder compute with the channels last. With channels_first, what comes in is turned around before, and
// what goes out after: one copy each way, and the numbers are those of the turned data, bit for bit.
#pragma once

#include <array>
#include <string>

#include "rondo/layers/layer.h"

namespace rondo {

class ChannelOrder {
 public:
  std::string data_format = "channels_last";

  bool channels_first() const { return data_format == "channels_first"; }
  // Axes of places: 1 (time steps or columns) or 2 (rows and columns).
  virtual int place_axes() const = 0;

  // Shapes as the layer computes, and as its user has them. A shape without places (a pooled one) has one order only.
  Shape channels_last(const Shape& given) const;
  Shape as_given(const Shape& channels_last) const;
  Shapes channels_last(Shapes given) const;
  Shapes as_given(Shapes channels_last) const;
  // The shape as the user has it, for messages.
  std::string text(const Shape& channels_last) const { return as_given(channels_last).text(); }
  // "Input({28, 28, 1})" for sizes {28, 28, 1}.
  std::string input_line(const Shape& channels_last) const;
  // "(samples, rows, columns, channels)", in the layer's order.
  std::string axes_text(bool time_steps = false) const;

 protected:
  ~ChannelOrder() = default;

  // Books the turned copies of a call.
  void plan_turned(const Shapes& in, const Shapes& out, Plan& plan) const;

  // The ports of a call with the channels last: copies in the call's scratch.
  class Turned {
   public:
    Turned(const ChannelOrder& order, const Run& run, Direction direction) noexcept;
    Run run() const noexcept;
    // Hands on what was computed: outputs and their mask, or gradients of the inputs.
    void hand_on() const noexcept;

   private:
    static constexpr std::size_t most = 4;  // ports of one kind: x, h, c
    using Ports = std::array<Port, most>;

    int leading(const Dims& dims) const { return dims.rank - order_.place_axes() - 1; }
    Port turned(const Port& given, int slot) const noexcept;
    void take_mask() noexcept;

    const ChannelOrder& order_;
    const Run& given_;
    const Direction direction_;
    Ports in_, out_, d_in_, d_out_;
  };

 private:
  // Scratch, above the slots of the layers: turned copies of ports.
  enum { in_slot = 32, out_slot = 36, d_in_slot = 40, d_out_slot = 44, mask_slot = 48, out_mask_slot };
};

// Throws Error(value) for what is no data_format.
void require_data_format(const Layer& layer, const std::string& data_format);
// Throws Error(unsupported) for channels_first with an activation of whole rows: Keras takes it over the last axis, which then
// holds places.
void require_order_suits(const Layer& layer, const ChannelOrder& order, const char* key, const Activation& activation);

// A layer over places, in either order of axes. What it computes, it says with the channels last.
template <class Base>
class Spatial : public Base, public ChannelOrder {
 public:
  void build(const Shapes& in, Weights& weights) final { build_last(channels_last(in), weights); }
  Shapes output_shapes(const Shapes& in) const final { return as_given(shapes_last(channels_last(in))); }
  void plan(const Shapes& given, Plan& plan) const final {
    const Shapes in = channels_last(given);
    plan_last(in, plan);
    if (channels_first()) plan_turned(in, shapes_last(in), plan);
  }
  void forward(const Run& run) const noexcept final {
    if (!channels_first()) return forward_last(run);
    const Turned turned(*this, run, Direction::forward);
    forward_last(turned.run());
    turned.hand_on();
  }
  void backward(const Run& run) const noexcept final {
    if (!channels_first()) return backward_last(run);
    const Turned turned(*this, run, Direction::backward);
    backward_last(turned.run());
    turned.hand_on();
  }

 protected:
  // Layer's build, output_shapes, plan, forward and backward, with the channels last.
  virtual void build_last(const Shapes& in, Weights& weights) = 0;
  virtual Shapes shapes_last(const Shapes& in) const = 0;
  virtual void plan_last(const Shapes& in, Plan& plan) const = 0;
  virtual void forward_last(const Run& run) const noexcept = 0;
  virtual void backward_last(const Run& run) const noexcept = 0;
};

}  // namespace rondo
