//  y = x, or alpha x where x < 0          dx = dy, or alpha dy          d alpha = sum of x dy over what shares it, where x < 0
//
// alpha has the shape of a sample, with size 1 along shared_axes. Those count from 1; numbers below go on as in Keras (3.15.1),
// which takes 1 off and then counts from the end: 0 is the last axis, -1 the one before it.
#include "core/registry.h"
#include "layers/base/elementwise.h"
#include "layers/base/own_features.h"
#include "rondo/layers/activation.h"

namespace rondo {
namespace {

class PReLULayer final : public ElementwiseLayer, public OwnFeatures {
 public:
  Initializer alpha_initializer = "zeros";
  Regularizer alpha_regularizer;
  Constraint alpha_constraint;
  std::vector<Index> shared_axes;

  std::string class_name() const override { return "PReLU"; }
  void describe(ConfigVisitor& v) override {
    v.field("alpha_initializer", alpha_initializer, "zeros");
    v.field("alpha_regularizer", alpha_regularizer);
    v.field("alpha_constraint", alpha_constraint);
    v.field("shared_axes", shared_axes, {});
  }

  void build(const Shapes& in, Weights& weights) override {
    require_axes(*this, in, 2);
    std::vector<Index> sizes(in[0].begin() + 1, in[0].end());
    const Index n = static_cast<Index>(sizes.size());
    for (const Index axis : shared_axes) {
      if (axis <= -n || axis > n)
        fail(Code::value, described() + ": shared_axes has axis " + std::to_string(axis) + "; axes are counted from 1 to " +
                              std::to_string(n) + "; as in Keras 0 is the last, and numbers below are those before it, to " +
                              std::to_string(1 - n));
      sizes[static_cast<std::size_t>(axis < 1 ? axis - 1 + n : axis - 1)] = 1;
    }
    for (std::size_t i = 0; i < sizes.size(); ++i)
      if (sizes[i] == None)
        fail(Code::shape, described() + ": has an alpha for every place along axis " + std::to_string(i + 1) +
                              ", whose size is not known; share them: PReLU({.shared_axes = {" + std::to_string(i + 1) + "}})");
    weights.add("alpha", Shape(std::move(sizes)), alpha_initializer, alpha_regularizer, alpha_constraint);
  }
  Shapes output_shapes(const Shapes& in) const override {
    require_axes(*this, in, 2);
    if (!weights().own().empty()) {
      const Shape& alpha = weights().own()[0].shape;
      bool fits = alpha.rank() + 1 == in[0].rank();
      for (Index i = 0; fits && i < alpha.rank(); ++i) fits = alpha[i] == 1 || in[0][i + 1] == alpha[i];
      if (!fits)
        fail(Code::shape,
             described() + ": its alpha of shape " + alpha.text() + " does not suit an input of shape " + in[0].text());
    }
    return in;
  }
  std::string streaming_refusal() const override {
    const Shape& alpha = weights().own()[0].shape;
    return alpha.rank() > 1 && alpha[0] != 1 ? "it has weights for every time step" : "";
  }

  void forward(const Run& run) const noexcept override {
    const real* const x = run.in().values;
    const real* const alpha = run.weight(0);
    each(run, [&](Index i, Index a) { run.out().values[i] = x[i] < 0 ? alpha[a] * x[i] : x[i]; });
  }
  void backward(const Run& run) const noexcept override {
    const real *const x = run.in().values, *const dy = run.d_out().values, *const alpha = run.weight(0);
    real *const dx = run.d_in().values, *const d_alpha = run.gradient(0);
    each(run, [&](Index i, Index a) {
      const bool negative = x[i] < 0;
      if (dx) dx[i] = negative ? alpha[a] * dy[i] : dy[i];
      if (d_alpha && negative && dy[i] != 0) d_alpha[a] += x[i] * dy[i];  // padding may be -inf
    });
  }

 private:
  // f(place in x, place in alpha)
  template <class F>
  void each(const Run& run, F f) const noexcept {
    const Dims& x = run.in().dims;
    const Shape& alpha = weights().own()[0].shape;
    std::array<Index, Dims::max_rank> stride{}, at{};  // of alpha, by axis of x
    Index step = 1;
    for (int axis = x.rank - 1; axis > 0; --axis) {
      stride[static_cast<std::size_t>(axis)] = alpha[axis - 1] == 1 ? 0 : step;
      step *= alpha[axis - 1];
    }
    const Index n = x.elements();
    Index a = 0;
    for (Index i = 0; i < n; ++i) {
      f(i, a);
      for (int axis = x.rank - 1; axis >= 0; --axis) {
        const auto k = static_cast<std::size_t>(axis);
        a += stride[k];
        if (++at[k] < x[axis]) break;
        a -= stride[k] * x[axis];
        at[k] = 0;
      }
    }
  }
};

}  // namespace

PReLU::PReLU(const PReLUOptions& options) {
  auto layer = std::make_shared<PReLULayer>();
  layer->alpha_initializer = options.alpha_initializer;
  layer->alpha_regularizer = options.alpha_regularizer;
  layer->alpha_constraint = options.alpha_constraint;
  layer->shared_axes = options.shared_axes;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, p_re_lu) {
  rondo::register_layer("PReLU", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::PReLULayer>()); });
}
