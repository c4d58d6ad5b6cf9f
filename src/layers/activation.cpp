//  y = f(x)          dx = dy f'(x)          f by name: activations/; glu makes half of the last axis
#include "rondo/layers/activation.h"

#include "core/registry.h"
#include "layers/base/elementwise.h"
#include "layers/base/gives_back.h"
#include "layers/base/options.h"
#include "rondo/activations/activation.h"

namespace rondo {
namespace {

class NamedActivation final : public ElementwiseLayer, public GivesBack {
 public:
  std::string activation = "linear";

  std::string class_name() const override { return "Activation"; }
  void describe(ConfigVisitor& v) override {
    Activation named(activation);
    v.field("activation", named, "");  // Keras has no default
    activation = named.name;
  }
  bool gives_back(bool) const override { return activation == "linear"; }
  void check() const override { require_activation(*this, "activation", activation, true); }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    const ActivationFunction& function = activation_function(activation);
    if (!function.halves) return in;
    if (in[0].rank() < 2 || in[0][-1] == None || in[0][-1] % 2 != 0)
      fail(Code::shape,
           described() + ": glu makes one value of two, so the last axis must be known and even; got " + in[0].text());
    Shapes out = in;
    out[0][-1] = function.width_out(in[0][-1]);
    return out;
  }
  void build(const Shapes& in, Weights& weights) override {
    ElementwiseLayer::build(in, weights);
    function_ = &activation_function(activation);
  }

  void forward(const Run& run) const noexcept override {
    const Dims& x = run.in().dims;
    function_->forward(run.in().values, run.out().values, x.rows(), x[-1]);
  }
  void backward(const Run& run) const noexcept override {
    real* const dx = run.d_in().values;
    if (!dx) return;
    const Port& x = run.in();
    const Index width = x.dims[-1], out = run.out().dims[-1];
    if (x.mask) std::fill_n(dx, x.dims.elements(), real(0));
    for_rows_that_count(x, run.d_out().values, out, [&](Index first, Index rows) {
      const Index at = first * width, to = first * out;
      function_->backward(x.values + at, run.out().values + to, run.d_out().values + to, dx + at, rows, width);
    });
  }

 private:
  const ActivationFunction* function_ = nullptr;
};

}  // namespace

ActivationLayer::ActivationLayer(const Activation& activation, const ActivationLayerOptions& options) {
  auto layer = std::make_shared<NamedActivation>();
  layer->activation = activation.name;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, activation) {
  rondo::register_layer("Activation", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::NamedActivation>()); });
}
