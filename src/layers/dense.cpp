// Dense:  y = f(x.W + b)                    x (..., F) -> y (..., H), every row alike; glu makes H / 2 of H
//         dz = dy f'(z);  dx = dz.W^T;  dW += x^T.dz;  db += sum of dz's rows
#include "rondo/layers/dense.h"

#include <algorithm>

#include "core/registry.h"
#include "kernels/kernels.h"
#include "layers/base/activity.h"
#include "layers/base/options.h"
#include "layers/base/valid_rows.h"
#include "rondo/activations/activation.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

class DenseLayer : public Layer, public ActivityRegularized {
 public:
  Index units = 0;
  Activation activation = "linear";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer, bias_regularizer;
  Constraint kernel_constraint, bias_constraint;

  std::string class_name() const override { return "Dense"; }

  void describe(ConfigVisitor& v) override {
    v.required("units", units);
    v.field("activation", activation, "linear");
    v.field("use_bias", use_bias, true);
    v.field("kernel_initializer", kernel_initializer, "glorot_uniform");
    v.field("bias_initializer", bias_initializer, "zeros");
    v.field("kernel_regularizer", kernel_regularizer);
    v.field("bias_regularizer", bias_regularizer);
    v.field("activity_regularizer", activity_regularizer);
    v.field("kernel_constraint", kernel_constraint);
    v.field("bias_constraint", bias_constraint);
  }

  void check() const override {
    require_positive(*this, "units", units);
    require_activation(*this, "activation", activation, true);
    if (activation_function(activation).halves && units % 2 != 0)
      fail(Code::value, "Dense: glu makes one value of two, so units must be even; got " + std::to_string(units));
  }

  void build(const Shapes& in, Weights& weights) override {
    check();
    function_ = &activation_function(activation);
    const Index features = features_of(in);
    weights.add("kernel", {features, units}, kernel_initializer, kernel_regularizer, kernel_constraint);
    if (use_bias) weights.add("bias", {units}, bias_initializer, bias_regularizer, bias_constraint);
    weights.pack(kernels().packed_size(features, units));
    weights.pack(kernels().packed_size(units, features), true);
  }

  Shapes output_shapes(const Shapes& in) const override {
    features_of(in);
    Shape out = in[0];
    out[-1] = activation_function(activation).width_out(units);
    return {out};
  }

  void plan(const Shapes& in, Plan& plan) const override {
    const Index rows = checked_mul(in[0].elements() / std::max<Index>(in[0][-1], 1), units);
    if (function_->halves)
      plan.kept(pre_activation, rows);
    else if (!function_->from_output)
      plan.saved(pre_activation, rows);
    if (plan.training()) plan.scratch(dz, rows);
  }

  void forward(const Run& run) const noexcept override {
    const Port &x = run.in(), &y = run.out();
    const Index rows = x.dims.rows(), features = x.dims[-1];
    real* const kept = function_->halves ? run.kept(pre_activation) : run.saved(pre_activation);
    real* const z = kept ? kept : y.values;
    kernels().gemm(x.values, features, rows, features, run.packed(0), units, use_bias ? run.weight(1) : nullptr, false, z,
                   units);
    if (kept || activation.name != "linear") function_->forward(z, y.values, rows, units);
  }

  void backward(const Run& run) const noexcept override {
    const Port &x = run.in(), &y = run.out();
    const Index features = x.dims[-1], width = y.dims[-1];
    real* const d_in = run.d_in().values;
    if (d_in && x.mask) std::fill_n(d_in, x.dims.elements(), real(0));
    for_rows_that_count(x, run.d_out().values, width, [&](Index first, Index rows) {
      const real* const from = x.values + first * features;
      const real* d = run.d_out().values + first * width;
      if (activation.name != "linear") {
        real* const d_z = run.scratch(dz);
        const real* const z = run.saved(pre_activation);
        function_->backward(z ? z + first * units : nullptr, y.values + first * width, d, d_z, rows, units);
        d = d_z;
      }
      if (real* gradient = run.gradient(0)) kernels().gemm_tn(from, features, d, units, rows, features, units, gradient, units);
      if (use_bias)
        if (real* gradient = run.gradient(1)) kernels().column_sums(d, units, rows, units, gradient);
      if (d_in)
        kernels().gemm(d, units, rows, units, run.packed(1), features, nullptr, false, d_in + first * features, features);
    });
  }

  void pack(Weights& weights, bool for_training) const noexcept override {
    const Index features = weights.own()[0].shape[0];
    kernels().pack_b(weights.value(0), units, features, units, weights.packed(0));
    if (for_training) kernels().pack_bt(weights.value(0), units, units, features, weights.packed(1));
  }

 private:
  enum { pre_activation = 0 };  // saved
  enum { dz = 0 };              // scratch

  Index features_of(const Shapes& in) const {
    if (in.size() != 1 || in[0].rank() < 2)
      fail(Code::shape, described() + ": takes one input of at least 2 axes, (samples, ..., features); got " +
                            (in.empty() ? std::string("none") : in[0].text()));
    const Index features = in[0][-1];
    if (features == None || features <= 0)
      fail(Code::shape, described() + ": the last axis, features, must be known and positive; got " + in[0].text());
    if (built() && features != weights().own()[0].shape[0])
      fail(Code::shape, described() + ": its weights take " + std::to_string(weights().own()[0].shape[0]) +
                            " features, this input has " + std::to_string(features) + ": " + in[0].text());
    return features;
  }

  const ActivationFunction* function_ = nullptr;
};

}  // namespace

Dense::Dense(Index units, const DenseOptions& options) {
  auto layer = std::make_shared<DenseLayer>();
  layer->units = units;
  layer->activation = options.activation;
  layer->use_bias = options.use_bias;
  layer->kernel_initializer = options.kernel_initializer;
  layer->bias_initializer = options.bias_initializer;
  layer->kernel_regularizer = options.kernel_regularizer;
  layer->bias_regularizer = options.bias_regularizer;
  layer->activity_regularizer = options.activity_regularizer;
  layer->kernel_constraint = options.kernel_constraint;
  layer->bias_constraint = options.bias_constraint;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, dense) {
  rondo::register_layer("Dense", []() -> std::shared_ptr<rondo::Layer> { return std::make_shared<rondo::DenseLayer>(); });
}
