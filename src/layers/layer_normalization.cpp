//  n = (x - m) r          m = mean of x, r = 1 / sqrt(var of x + epsilon), over the axes of a group (by default a row)
//  y = gamma n + beta
//
//  g = gamma dy           dx = r (g - mean(g) - n mean(g n))          d gamma = sum of dy n, d beta = sum of dy
#include "rondo/layers/layer_normalization.h"

#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "core/words.h"
#include "layers/base/axes.h"
#include "layers/base/elementwise.h"
#include "layers/base/own_features.h"

namespace rondo {
namespace {

class LayerNormalizationLayer final : public ElementwiseLayer, public OwnFeatures {
 public:
  std::vector<Index> axis = {-1};
  double epsilon = 1e-3;
  bool center = true, scale = true;
  Initializer beta_initializer = "zeros", gamma_initializer = "ones";
  Regularizer beta_regularizer, gamma_regularizer;
  Constraint beta_constraint, gamma_constraint;

  std::string class_name() const override { return "LayerNormalization"; }
  void describe(ConfigVisitor& v) override {
    v.field("axis", axis, {-1});
    v.field("epsilon", epsilon, 1e-3);
    v.field("center", center, true);
    v.field("scale", scale, true);
    v.only("rms_scaling", 0);
    v.field("beta_initializer", beta_initializer, "zeros");
    v.field("gamma_initializer", gamma_initializer, "ones");
    v.field("beta_regularizer", beta_regularizer);
    v.field("gamma_regularizer", gamma_regularizer);
    v.field("beta_constraint", beta_constraint);
    v.field("gamma_constraint", gamma_constraint);
  }
  void check() const override {
    if (!(epsilon >= 0)) fail(Code::value, "LayerNormalization: epsilon must not be negative; got " + short_number(epsilon));
    if (axis.empty()) fail(Code::value, "LayerNormalization: axis is (); it names at least one axis");
  }

  void build(const Shapes& in, Weights& weights) override {
    const Shape sizes = normalized(in);
    for (const Index n : sizes)
      if (n == None)
        fail(Code::shape, described() + ": the size of an axis it normalises is not known: " + in[0].text() +
                              ". Input was given None for it");
    if (scale) weights.add("gamma", sizes, gamma_initializer, gamma_regularizer, gamma_constraint);
    if (center) weights.add("beta", sizes, beta_initializer, beta_regularizer, beta_constraint);
  }
  Shapes output_shapes(const Shapes& in) const override {
    const Shape sizes = normalized(in);
    if (!weights().own().empty() && sizes != weights().own()[0].shape)
      fail(Code::shape, described() + ": its weights of shape " + weights().own()[0].shape.text() +
                            " do not suit an input of shape " + in[0].text());
    return in;
  }
  void plan(const Shapes& in, Plan& plan) const override {
    plan.saved(mean, in[0].elements() / std::max<Index>(normalized(in).elements(), 1));
    plan.saved(inverse, in[0].elements() / std::max<Index>(normalized(in).elements(), 1));
  }
  std::string streaming_refusal() const override {
    const Index rank = built_for()[0].rank();
    for (const Index a : axis)
      if (rank > 2 && (a < 0 ? a + rank : a) == 1) return "it normalises over all time steps";
    return {};
  }

  void forward(const Run& run) const noexcept override {
    const real* const x = run.in().values;
    const real *const gamma = scale ? run.weight(0) : nullptr, *const beta = center ? run.weight(scale ? 1 : 0) : nullptr;
    real *const means = run.saved(mean), *const inverses = run.saved(inverse);
    const AxisGroups at(run.in().dims, axis);
    const Index n = at.members();
    for (Index g = 0; n > 0 && g < at.groups(); ++g) {
      const Index first = at.group(g);
      real sum = 0, squares = 0;
      for (Index k = 0; k < n; ++k) sum += x[first + at.member(k)];
      const real m = sum / static_cast<real>(n);
      for (Index k = 0; k < n; ++k) {
        const real d = x[first + at.member(k)] - m;
        squares += d * d;
      }
      const real r = real(1) / std::sqrt(squares / static_cast<real>(n) + static_cast<real>(epsilon));
      if (means) means[g] = m;
      if (inverses) inverses[g] = r;
      for (Index k = 0; k < n; ++k) {
        const Index i = first + at.member(k);
        run.out().values[i] = (x[i] - m) * r * (gamma ? gamma[k] : real(1)) + (beta ? beta[k] : real(0));
      }
    }
  }

  void backward(const Run& run) const noexcept override {
    const Port& in = run.in();
    const real *const x = in.values, *const dy = run.d_out().values, *const gamma = scale ? run.weight(0) : nullptr;
    real* const dx = run.d_in().values;
    real *const d_gamma = scale ? run.gradient(0) : nullptr, *const d_beta = center ? run.gradient(scale ? 1 : 0) : nullptr;
    const AxisGroups at(in.dims, axis);
    const Index n = at.members();
    // A row apart: what is masked is left out, for its values may be NaN.
    const bool rows = n == in.dims[-1] && at.member(1) == 1;
    for (Index g = 0; n > 0 && g < at.groups(); ++g) {
      const Index first = at.group(g);
      if (in.mask && rows && !row_counts(in, 1, dy, n, first / n)) {
        if (dx) std::fill_n(dx + first, n, real(0));
        continue;
      }
      const real m = run.saved(mean)[g], r = run.saved(inverse)[g];
      real sum = 0, dot = 0;
      for (Index k = 0; k < n; ++k) {
        const Index i = first + at.member(k);
        const real normal = (x[i] - m) * r, d = gamma ? gamma[k] * dy[i] : dy[i];
        sum += d;
        dot += d * normal;
        if (d_gamma) d_gamma[k] += dy[i] * normal;
        if (d_beta) d_beta[k] += dy[i];
      }
      if (!dx) continue;
      sum /= static_cast<real>(n);
      dot /= static_cast<real>(n);
      for (Index k = 0; k < n; ++k) {
        const Index i = first + at.member(k);
        dx[i] = r * ((gamma ? gamma[k] * dy[i] : dy[i]) - sum - (x[i] - m) * r * dot);
      }
    }
  }

 private:
  enum { mean, inverse };  // saved, one a group

  // The sizes of the axes, in order.
  Shape normalized(const Shapes& in) const {
    require_inputs(*this, in);
    const Index rank = in[0].rank();
    Shape sizes;
    Index found = 0;
    for (Index i = 1; i < rank; ++i) {
      if (std::none_of(axis.begin(), axis.end(), [&](Index a) { return (a < 0 ? a + rank : a) == i; })) continue;
      sizes.push_back(in[0][i]);
      ++found;
    }
    if (found != static_cast<Index>(axis.size()))
      fail(Code::value, described() + ": axis " + list_text(axis) + " must name axes 1 to " + std::to_string(rank - 1) +
                            " of an input of shape " + in[0].text() + ", each once");
    return sizes;
  }
};

}  // namespace

LayerNormalization::LayerNormalization(const LayerNormalizationOptions& options) {
  auto layer = std::make_shared<LayerNormalizationLayer>();
  layer->axis = options.axis;
  layer->epsilon = options.epsilon;
  layer->center = options.center;
  layer->scale = options.scale;
  layer->beta_initializer = options.beta_initializer;
  layer->gamma_initializer = options.gamma_initializer;
  layer->beta_regularizer = options.beta_regularizer;
  layer->gamma_regularizer = options.gamma_regularizer;
  layer->beta_constraint = options.beta_constraint;
  layer->gamma_constraint = options.gamma_constraint;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, layer_normalization) {
  rondo::register_layer("LayerNormalization",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::LayerNormalizationLayer>()); });
}
