//  y = f(x)          dx = dy f'(x)          f by name: activations/
#include "rondo/layers/activation.h"

#include "core/registry.h"
#include "layers/base/elementwise.h"
#include "rondo/activations/activation.h"

namespace rondo {
namespace {

class NamedActivation final : public ElementwiseLayer {
 public:
  std::string activation = "linear";

  std::string class_name() const override { return "Activation"; }
  void describe(ConfigVisitor& v) override {
    Activation named(activation);
    v.field("activation", named, "");  // Keras has no default
    activation = named.name;
  }
  void check() const override { activation_function(activation); }
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
    const Index width = x.dims[-1];
    if (x.mask) std::fill_n(dx, x.dims.elements(), real(0));
    for_valid_rows(x, [&](Index first, Index rows) {
      const Index at = first * width;
      function_->backward(x.values + at, run.out().values + at, run.d_out().values + at, dx + at, rows, width);
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
