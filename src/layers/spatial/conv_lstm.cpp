#include "layers/spatial/conv_lstm.h"

#include <algorithm>

#include "kernels/kernels.h"
#include "layers/base/names.h"
#include "layers/base/options.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"
#include "rondo/initializers/initializer.h"

namespace rondo {

void ConvLSTMLayer::describe(ConfigVisitor& v) {
  const std::vector<Index> ones(static_cast<std::size_t>(window.axes), 1);
  v.required("filters", filters);
  v.required("kernel_size", window.size);
  v.field("strides", window.strides, ones);
  v.field("padding", window.padding, "valid");
  v.field("data_format", data_format, "channels_last");
  v.field("dilation_rate", window.dilation, ones);
  describe_cell_weights(v, true);
  v.field("unit_forget_bias", unit_forget_bias, true);
  describe_cell_training(v, class_name(), &activity_regularizer);
  describe_walk(v, *this);
  for (std::vector<Index>* sizes : {&window.size, &window.strides, &window.dilation}) spread(*sizes, window.axes);
}

std::shared_ptr<Layer> ConvLSTMLayer::reversed_copy() const {
  auto made = make();
  made->units = units;
  made->window = window;
  made->data_format = data_format;
  static_cast<CellArguments&>(*made) = *this;
  made->unit_forget_bias = unit_forget_bias;
  made->activity_regularizer = activity_regularizer;
  copy_walk(*this, *made);
  made->go_backwards = !go_backwards;
  return made;
}

void ConvLSTMLayer::check() const {
  if (filters <= 0) fail(Code::value, class_name() + ": filters must be a positive number, got " + std::to_string(filters));
  checked_mul(filters, 4);
  require_sizes(*this, "kernel_size", window.size, window.axes);
  require_sizes(*this, "strides", window.strides, window.axes);
  require_sizes(*this, "dilation_rate", window.dilation, window.axes);
  const auto largest = [](const std::vector<Index>& sizes) { return *std::max_element(sizes.begin(), sizes.end()); };
  if (largest(window.strides) > 1 && largest(window.dilation) > 1)
    fail(Code::value, class_name() + ": strides " + Shape(window.strides).text() + " and dilation_rate " +
                          Shape(window.dilation).text() + " cannot both be above 1");
  require_padding(*this, window.padding, false);
  require_data_format(*this, data_format);
  check_cell(*this);
  require_order_suits(*this, *this, "activation", activation);
  require_order_suits(*this, *this, "recurrent_activation", recurrent_activation);
}

Initializer ConvLSTMLayer::first_bias() const {
  return unit_forget_bias ? with_open_forget_gate(bias_initializer) : bias_initializer;
}

Shape ConvLSTMLayer::step_of(const Shape& in) const {
  std::vector<Index> sizes{in[0]};
  sizes.insert(sizes.end(), in.begin() + 2, in.end());
  return Shape(std::move(sizes));
}

Shape ConvLSTMLayer::state_of(const Shape& in) const { return behind_window(*this, *this, step_of(in), window, filters); }

void ConvLSTMLayer::check_inputs(const Shapes& in) const {
  const Index rank = window.axes + 3;
  if (in.size() != 1 && in.size() != 3)
    fail(Code::shape, described() + " takes x, or x and the initial h and c; it was given " +
                          how_many(static_cast<Index>(in.size()), "input"));
  const Shape& x = in[0];
  if (x.rank() != rank)
    fail(ShapeReport{
        described(),
        text(x) + ": " + std::to_string(x.rank()) + (x.rank() == 1 ? " axis; " : " axes; ") + with_article(class_name()) +
            " needs " + std::to_string(rank) + ": " + axes_text(true),
        x.rank() == rank - 1 ? "the axis of channels, or that of time steps, is missing" : "what comes before gives no film",
        input_line(window.axes == 1 ? Shape{10, 32, 1} : Shape{10, 32, 32, 1}),
        window.axes == 1 ? "10 time steps of 32 places of 1 number" : "10 frames of 32 rows, 32 columns and 1 channel"});
  for (Index i = 2; i < rank; ++i)
    if (x[i] == None || x[i] <= 0)
      fail(Code::shape, described() +
                            ": only the number of time steps may be None; the sizes of a frame and the channels must "
                            "be known and positive, got " +
                            text(x));
  const Shape state = state_of(x);
  for (std::size_t i = 1; i < in.size(); ++i)
    if (in[i].rank() != state.rank() || !std::equal(in[i].begin() + 1, in[i].end(), state.begin() + 1))
      fail(Code::shape, described() + ": an initial state has shape " + text(state) + ", got " + text(in[i]));
  if (built() && !std::equal(x.begin() + 2, x.end(), channels_last(built_for()[0]).begin() + 2))
    fail(Code::shape, described() + ": the frames of its sequences have the sizes of the first call's, got " + text(x));
}

Convolution ConvLSTMLayer::input_convolution(const Dims& step) const noexcept {
  return {window.window(step), step[-1], 4 * filters, 1};
}

Convolution ConvLSTMLayer::recurrent_convolution(const Dims& state) const noexcept {
  Convolution c;
  for (int i = 0; i < window.axes; ++i) {
    WindowAxis& axis = i == window.axes - 1 ? c.window.x : c.window.y;
    axis.in = axis.out = state[1 + i];
    axis.size = window.size[static_cast<std::size_t>(i)];
    axis.before = (axis.size - 1) / 2;
  }
  c.channels = filters;
  c.filters = 4 * filters;
  return c;
}

Convolution ConvLSTMLayer::one_gate(const Convolution& all) const noexcept {
  Convolution c = all;
  c.of = all.filters;
  c.filters = filters;
  return c;
}

void ConvLSTMLayer::build_last(const Shapes& in, Weights& weights) {
  check();
  check_inputs(in);
  act_ = &activation_function(activation);
  gate_ = &activation_function(recurrent_activation);
  const auto kernel = [&](Index channels) {
    Shape shape(window.size);
    shape.push_back(channels);
    shape.push_back(4 * filters);
    shape.elements();  // refuses what overflows before the packed copies are sized
    return shape;
  };
  weights.add("cell/kernel", kernel(in[0][-1]), kernel_initializer, kernel_regularizer, kernel_constraint);
  weights.add("cell/recurrent_kernel", kernel(filters), recurrent_initializer, recurrent_regularizer, recurrent_constraint);
  if (use_bias) weights.add("cell/bias", {4 * filters}, first_bias(), bias_regularizer, bias_constraint);
  const Convolution x = input_convolution(dims_of(step_of(in[0]).with_first(1)));
  const Convolution h = recurrent_convolution(dims_of(state_of(in[0]).with_first(1)));
  weights.pack(x.packed_size());
  weights.pack(h.packed_size());
  weights.pack(x.packed_back_size(), true);
  weights.pack(h.packed_back_size(), true);
  const auto gate_packs = [&](const Convolution& c) {
    weights.pack(checked_mul(4, c.packed_size()), true);
    weights.pack(checked_mul(4, c.packed_back_size()), true);
  };
  if (drops_x()) gate_packs(one_gate(x));
  if (drops_h()) gate_packs(one_gate(h));
}

void ConvLSTMLayer::pack(Weights& weights, bool for_training) const noexcept {
  Dims one;  // only channels and window sizes count here
  one.rank = window.axes + 2;
  one[-1] = weights.own()[0].shape[-2];
  const Convolution x = input_convolution(one), h = recurrent_convolution(one);
  x.pack(weights.value(0), weights.packed(pack_x));
  h.pack(weights.value(1), weights.packed(pack_h));
  if (!for_training) return;
  x.pack_back(weights.value(0), weights.packed(pack_x_back));
  h.pack_back(weights.value(1), weights.packed(pack_h_back));
  const auto gate_packs = [&](const Convolution& c, const real* w, bool of_h) {
    for (Index k = 0; k < 4; ++k) {
      c.pack(w + k * filters, weights.packed(gate_pack(of_h, false)) + k * c.packed_size());
      c.pack_back(w + k * filters, weights.packed(gate_pack(of_h, true)) + k * c.packed_back_size());
    }
  };
  if (drops_x()) gate_packs(one_gate(x), weights.value(0), false);
  if (drops_h()) gate_packs(one_gate(h), weights.value(1), true);
}

Shapes ConvLSTMLayer::shapes_last(const Shapes& in) const {
  check_inputs(in);
  const Shape state = state_of(in[0]);
  Shapes out{state};
  if (return_sequences) {
    std::vector<Index> sizes{in[0][0], in[0][1]};
    sizes.insert(sizes.end(), state.begin() + 1, state.end());
    out[0] = Shape(std::move(sizes));
  }
  if (return_state) out.insert(out.end(), 2, state);
  return out;
}

void ConvLSTMLayer::plan_last(const Shapes& in, Plan& plan) const {
  const Index samples = in[0][0], steps = in[0][1];
  const Shape state = state_of(in[0].with_first(1));
  const Index values = state.elements();
  // Training keeps every step, and the states before each and after the last; inference alternates two.
  const Index kept = plan.training() ? checked_mul(samples, steps) : 1;
  const Index around = plan.training() ? checked_mul(samples, checked_add(steps, 1)) : 2;
  plan.kept(states_h, checked_mul(around, values));
  plan.kept(states_c, checked_mul(around, values));
  plan.kept(gates, checked_mul(kept, checked_mul(4, values)));
  if (plan.training() && keeps_inputs()) plan.saved(before, checked_mul(kept, checked_mul(4, values)));
  const Convolution x = input_convolution(dims_of(step_of(in[0]).with_first(1))), h = recurrent_convolution(dims_of(state));
  const Index places = values / filters;
  plan.scratch(products, checked_mul(4, values));
  plan.scratch(patches, std::max(x.patches_size(places), h.patches_size(places)));
  if (plan.training()) {
    plan.scratch(d_h, checked_mul(2, values));
    plan.scratch(d_c, checked_mul(2, values));
    plan.scratch(d_gates, checked_mul(4, values));
    const Index in_values = step_of(in[0]).with_first(1).elements(), larger = std::max(values, in_values);
    if (drops_x()) plan.scratch(masks_x, checked_mul(4, in_values));
    if (drops_h()) plan.scratch(masks_h, checked_mul(4, values));
    if (drops_x() || drops_h()) {
      plan.scratch(dropped, larger);
      plan.scratch(d_dropped, larger);
    }
  }
  if (plan.streaming() || keep_state) {
    plan.state(carried_h, checked_mul(samples, values));
    plan.state(carried_c, checked_mul(samples, values));
  }
}

}  // namespace rondo
