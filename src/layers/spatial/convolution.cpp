#include "layers/spatial/convolution.h"

#include <algorithm>

#include "kernels/kernels.h"
#include "layers/base/options.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"

namespace rondo {

void ConvolutionLayer::describe(ConfigVisitor& v) {
  const std::vector<Index> ones(static_cast<std::size_t>(window.axes), 1);
  v.required("filters", filters);
  v.required("kernel_size", window.size);
  v.field("strides", window.strides, ones);
  v.field("padding", window.padding, "valid");
  v.field("data_format", data_format, "channels_last");
  v.field("dilation_rate", window.dilation, ones);
  v.field("groups", groups, 1);
  v.field("activation", activation, "linear");
  v.field("use_bias", use_bias, true);
  v.field("kernel_initializer", kernel_initializer, "glorot_uniform");
  v.field("bias_initializer", bias_initializer, "zeros");
  v.field("kernel_regularizer", kernel_regularizer);
  v.field("bias_regularizer", bias_regularizer);
  v.field("activity_regularizer", activity_regularizer);
  v.field("kernel_constraint", kernel_constraint);
  v.field("bias_constraint", bias_constraint);
  for (std::vector<Index>* sizes : {&window.size, &window.strides, &window.dilation}) spread(*sizes, window.axes);
}

void ConvolutionLayer::check() const {
  if (filters <= 0) fail(Code::value, class_name() + ": filters must be a positive number, got " + std::to_string(filters));
  if (groups <= 0) fail(Code::value, class_name() + ": groups must be a positive number, got " + std::to_string(groups));
  if (filters % groups != 0)
    fail(Code::value, class_name() + ": " + std::to_string(filters) + " filters cannot be shared out among " +
                          std::to_string(groups) + " groups; filters must be a multiple of groups");
  require_sizes(*this, "kernel_size", window.size, window.axes);
  require_sizes(*this, "strides", window.strides, window.axes);
  require_sizes(*this, "dilation_rate", window.dilation, window.axes);
  const auto largest = [](const std::vector<Index>& sizes) { return *std::max_element(sizes.begin(), sizes.end()); };
  if (largest(window.strides) > 1 && largest(window.dilation) > 1)
    fail(Code::value, class_name() + ": strides " + Shape(window.strides).text() + " and dilation_rate " +
                          Shape(window.dilation).text() + " cannot both be above 1");
  require_padding(*this, window.padding, window.axes == 1);
  require_data_format(*this, data_format);
  require_activation(*this, "activation", activation);
  require_order_suits(*this, *this, "activation", activation);
}

void ConvolutionLayer::check_inputs(const Shapes& in) const {
  require_image(*this, *this, in);
  const Index channels = in[0][-1];
  if (channels <= 0 || channels % groups != 0)
    fail(Code::shape, described() + ": " + std::to_string(channels) + " channels cannot be shared out among groups = " +
                          std::to_string(groups) + "; the number of channels must be a multiple of groups. Got " + text(in[0]));
}

void ConvolutionLayer::build_last(const Shapes& in, Weights& weights) {
  check();
  shapes_last(in);
  function_ = &activation_function(activation);
  const Index channels = in[0][-1];
  Shape kernel(window.size);
  kernel.push_back(channels / groups);
  kernel.push_back(filters);
  weights.add("kernel", kernel, kernel_initializer, kernel_regularizer, kernel_constraint);
  if (use_bias) weights.add("bias", {filters}, bias_initializer, bias_regularizer, bias_constraint);
  kernel.elements();  // refuses what overflows before the packed copies are sized
  Dims dims;
  dims.rank = window.axes + 2;
  dims[-1] = channels;
  const Convolution c = convolution(dims);
  weights.pack(c.packed_size());
  weights.pack(c.packed_back_size(), true);
}

Shapes ConvolutionLayer::shapes_last(const Shapes& in) const {
  check_inputs(in);
  return {behind_window(*this, *this, in[0], window, filters)};
}

Convolution ConvolutionLayer::convolution(const Dims& dims) const noexcept {
  return {window.window(dims), dims[-1], filters, groups};
}

void ConvolutionLayer::plan_last(const Shapes& in, Plan& plan) const {
  const Convolution c = convolution(dims_of(in[0]));
  const Index rows = checked_mul(in[0][0], checked_mul(c.window.y.out, c.window.x.out));
  plan.scratch(patches, c.patches_size(rows));
  if (!function_->from_output) plan.saved(pre_activation, checked_mul(rows, filters));
  if (plan.training()) plan.scratch(dz, checked_mul(c.at_once(rows), filters));
}

void ConvolutionLayer::forward_last(const Run& run) const noexcept {
  const Port &x = run.in(), &y = run.out();
  const Convolution c = convolution(x.dims);
  real* const kept = run.saved(pre_activation);
  real* const z = kept ? kept : y.values;
  c.forward(x.values, x.dims[0], run.packed(0), use_bias ? run.weight(1) : nullptr, false, run.scratch(patches), z);
  if (kept || activation.name != "linear") function_->forward(z, y.values, c.rows(x.dims[0]), filters);
}

void ConvolutionLayer::backward_last(const Run& run) const noexcept {
  const Port &x = run.in(), &y = run.out();
  const Convolution c = convolution(x.dims);
  const Index places = c.window.places_out();
  real* const dx = run.d_in().values;
  real *const dw = run.gradient(0), *const db = use_bias ? run.gradient(1) : nullptr;
  const real *const kept = run.saved(pre_activation), *const dy = run.d_out().values;
  const Index step = c.at_once(c.rows(x.dims[0]));
  if (dx) std::fill_n(dx, x.dims.elements(), real(0));
  for_samples_with_gradient(dy, x.dims[0], places * filters, [&](Index sample, Index samples) {
    const Index end = (sample + samples) * places;
    for (Index first = sample * places; first < end; first += step) {
      const Index count = std::min(step, end - first);
      const real* d = dy + first * filters;
      if (activation.name != "linear") {
        real* const to = run.scratch(dz);
        function_->backward(kept ? kept + first * filters : nullptr, y.values + first * filters, d, to, count, filters);
        d = to;
      }
      c.backward(x.values, first, count, d, run.packed(1), run.scratch(patches), dw, dx);
      if (db) kernels().column_sums(d, filters, count, filters, db);
    }
  });
}

void ConvolutionLayer::pack(Weights& weights, bool for_training) const noexcept {
  Dims dims;
  dims.rank = window.axes + 2;
  dims[-1] = weights.own()[0].shape[-2] * groups;
  const Convolution c = convolution(dims);
  c.pack(weights.value(0), weights.packed(0));
  if (for_training) c.pack_back(weights.value(0), weights.packed(1));
}

}  // namespace rondo
