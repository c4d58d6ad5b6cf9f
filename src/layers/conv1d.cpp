//  y(p) = f(b + sum over taps j of x(p s + j d - before).W_j)          s: strides, d: dilation_rate, before: base/window.h
//
// As a product: C(p) = [x(..) of all taps], a row of kernel_size features values; z = C.W + b. Where nothing is padded or
// dilated the rows of C overlap in x as it lies; otherwise they are gathered. With groups, each part of the features has its
// own C and filters.
//
//  dz = dy f'(z);   dW += C^T.dz;   dC = dz.W^T, added back to the steps its values came from
#include "rondo/layers/conv1d.h"

#include <algorithm>

#include "core/registry.h"
#include "kernels/kernels.h"
#include "layers/base/require.h"
#include "layers/base/window.h"
#include "rondo/activations/activation.h"

namespace rondo {
namespace {

class Conv1DLayer final : public Layer {
 public:
  Index filters = 0, groups = 1;
  std::vector<Index> kernel_size, strides = {1}, dilation_rate = {1};
  std::string padding = "valid", data_format = "channels_last";
  Activation activation = "linear";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform", bias_initializer = "zeros";

  std::string class_name() const override { return "Conv1D"; }
  void describe(ConfigVisitor& v) override {
    v.required("filters", filters);
    v.required("kernel_size", kernel_size);
    v.field("strides", strides, {1});
    v.field("padding", padding, "valid");
    v.field("data_format", data_format, "channels_last");
    v.field("dilation_rate", dilation_rate, {1});
    v.field("groups", groups, Index{1});
    v.field("activation", activation, "linear");
    v.field("use_bias", use_bias, true);
    v.field("kernel_initializer", kernel_initializer, "glorot_uniform");
    v.field("bias_initializer", bias_initializer, "zeros");
    for (const char* key :
         {"kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint"})
      v.only_none(key);
  }
  void check() const override {
    one_size("Conv1D", "kernel_size", kernel_size);
    one_size("Conv1D", "strides", strides);
    one_size("Conv1D", "dilation_rate", dilation_rate);
    check_padding("Conv1D", padding, true);
    check_channels_last("Conv1D", data_format);
    activation_function(activation);
    if (filters <= 0) fail(Code::value, "Conv1D: filters must be a positive number, got " + std::to_string(filters));
    if (groups <= 0 || filters % groups != 0)
      fail(Code::value,
           "Conv1D: groups must divide the " + std::to_string(filters) + " filters; got " + std::to_string(groups));
    if (strides[0] > 1 && dilation_rate[0] > 1)
      fail(Code::unsupported, "Conv1D: strides above 1 and dilation_rate above 1 do not go together, in Keras either");
    checked_add(checked_mul(kernel_size[0] - 1, dilation_rate[0]), 1);
  }

  void build(const Shapes& in, Weights& weights) override {
    output_shapes(in);
    function_ = &activation_function(activation);
    const Index features = in[0][2] / groups, columns = checked_mul(kernel_size[0], features);
    weights.add("kernel", {kernel_size[0], features, filters}, kernel_initializer);
    if (use_bias) weights.add("bias", {filters}, bias_initializer);
    weights.pack(checked_mul(groups, kernels().packed_size(columns, filters / groups)));
    weights.pack(checked_mul(groups, kernels().packed_size(filters / groups, columns)), true);
  }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    require_sequences(*this, in);
    require_features(*this, in);
    if (in[0][2] < 1 || in[0][2] % groups != 0)
      fail(Code::shape, described() + ": " + std::to_string(in[0][2]) +
                            " features cannot be cut into groups = " + std::to_string(groups) + " equal parts");
    const Index steps = window().places(in[0][1]);
    if (steps == 0)
      fail(Code::shape, described() + ": " + std::to_string(in[0][1]) + " time steps are fewer than its window of " +
                            std::to_string(window().size) + ". padding = \"same\" or \"causal\" keeps them all");
    return {Shape{in[0][0], steps, filters}};
  }
  void plan(const Shapes& in, Plan& plan) const override {
    const Index steps = window().places(in[0][1]), rows = checked_mul(checked_mul(in[0][0], steps), filters);
    const Index columns = checked_mul(steps, checked_mul(kernel_size[0], in[0][2] / groups));
    if (!function_->from_output) plan.saved(pre_activation, rows);
    plan.scratch(gathered, columns);
    if (!plan.training()) return;
    plan.scratch(d_gathered, columns);
    plan.scratch(dz, rows);
  }
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  std::string streaming_refusal() const override { return "its window needs several time steps at once"; }

  void forward(const Run& run) const noexcept override {
    const Port& y = run.out();
    const Sizes n(*this, run);
    real* const kept = run.saved(pre_activation);
    real* const z = kept ? kept : y.values;
    for (Index b = 0; b < n.samples; ++b) {
      for (Index g = 0; g < groups; ++g) {
        Index stride;
        const real* const rows = taps(run, n, b, g, stride);
        kernels().gemm(rows, stride, n.places, n.columns, run.packed(0) + g * kernels().packed_size(n.columns, n.part), n.part,
                       use_bias ? run.weight(1) + g * n.part : nullptr, false, z + b * n.places * filters + g * n.part,
                       filters);
      }
    }
    if (kept || activation.name != "linear") function_->forward(z, y.values, y.dims.rows(), filters);
  }

  void backward(const Run& run) const noexcept override {
    const Sizes n(*this, run);
    const real* d = run.d_out().values;
    if (activation.name != "linear") {
      function_->backward(run.saved(pre_activation), run.out().values, d, run.scratch(dz), run.out().dims.rows(), filters);
      d = run.scratch(dz);
    }
    real* const dx = run.d_in().values;
    if (dx) std::fill_n(dx, run.in().dims.elements(), real(0));
    if (real* to = use_bias ? run.gradient(1) : nullptr) kernels().column_sums(d, filters, run.out().dims.rows(), filters, to);
    real* const d_kernel = run.gradient(0);
    for (Index b = 0; b < n.samples; ++b) {
      for (Index g = 0; g < groups; ++g) {
        const real* const part = d + b * n.places * filters + g * n.part;
        if (d_kernel) {
          Index stride;
          const real* const rows = taps(run, n, b, g, stride);
          kernels().gemm_tn(rows, stride, part, filters, n.places, n.columns, n.part, d_kernel + g * n.part, filters);
        }
        if (!dx) continue;
        real* const back = run.scratch(d_gathered);
        kernels().gemm(part, filters, n.places, n.part, run.packed(1) + g * kernels().packed_size(n.part, n.columns), n.columns,
                       nullptr, false, back, n.columns);
        each_tap(n, b, g, [&](Index from, Index at) { kernels().add(dx + from, back + at, n.inside); });
      }
    }
  }

  void pack(Weights& weights, bool for_training) const noexcept override {
    const Shape& shape = weights.own()[0].shape;
    const Index columns = shape[0] * shape[1], part = filters / groups;
    for (Index g = 0; g < groups; ++g) {
      const real* const w = weights.value(0) + g * part;
      kernels().pack_b(w, filters, columns, part, weights.packed(0) + g * kernels().packed_size(columns, part));
      if (for_training)
        kernels().pack_bt(w, filters, part, columns, weights.packed(1) + g * kernels().packed_size(part, columns));
    }
  }

 private:
  enum { pre_activation = 0 };            // saved
  enum { gathered = 0, d_gathered, dz };  // scratch

  Window window() const { return {(kernel_size[0] - 1) * dilation_rate[0] + 1, strides[0], padding[0]}; }

  struct Sizes {
    Index samples, steps, features, places, before, inside, columns, part;  // inside: features of a group; part: its filters
    Sizes(const Conv1DLayer& layer, const Run& run)
        : samples(run.in().dims[0]),
          steps(run.in().dims[1]),
          features(run.in().dims[2]),
          places(run.out().dims[1]),
          before(layer.window().before(steps)),
          inside(features / layer.groups),
          columns(layer.kernel_size[0] * inside),
          part(layer.filters / layer.groups) {}
  };

  // f(place in x, place in the gathered rows) of every tap that is not padding; n.inside values each.
  template <class F>
  void each_tap(const Sizes& n, Index sample, Index group, F f) const noexcept {
    for (Index p = 0; p < n.places; ++p) {
      for (Index j = 0; j < kernel_size[0]; ++j) {
        const Index t = p * strides[0] + j * dilation_rate[0] - n.before;
        if (t >= 0 && t < n.steps) f((sample * n.steps + t) * n.features + group * n.inside, p * n.columns + j * n.inside);
      }
    }
  }

  // The rows of C of one sample and group, `stride` apart.
  const real* taps(const Run& run, const Sizes& n, Index sample, Index group, Index& stride) const noexcept {
    if (groups == 1 && dilation_rate[0] == 1 && padding == "valid") {
      stride = strides[0] * n.features;
      return run.in().values + sample * n.steps * n.features;
    }
    real* const rows = run.scratch(gathered);
    stride = n.columns;
    std::fill_n(rows, n.places * n.columns, real(0));
    each_tap(n, sample, group, [&](Index from, Index at) { std::copy_n(run.in().values + from, n.inside, rows + at); });
    return rows;
  }

  const ActivationFunction* function_ = nullptr;
};

}  // namespace

Conv1D::Conv1D(Index filters, Index kernel_size, const Conv1DOptions& options) {
  auto layer = std::make_shared<Conv1DLayer>();
  layer->filters = filters;
  layer->kernel_size = {kernel_size};
  layer->strides = {options.strides};
  layer->padding = options.padding;
  layer->dilation_rate = {options.dilation_rate};
  layer->groups = options.groups;
  layer->activation = options.activation;
  layer->use_bias = options.use_bias;
  layer->kernel_initializer = options.kernel_initializer;
  layer->bias_initializer = options.bias_initializer;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, conv1d) {
  rondo::register_layer("Conv1D", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::Conv1DLayer>()); });
}
