//  in training   y = x k / (1 - rate)     k = 0 with probability rate, else 1     dx = dy k / (1 - rate)
//  otherwise     y = x
//
// k is drawn for every value, or for all that share it by noise_shape (layers/base/drop.h).
#include "rondo/layers/dropout.h"

#include "core/registry.h"
#include "layers/base/drop.h"
#include "layers/base/require.h"

namespace rondo {
namespace {

class DropoutLayer final : public DropLayer {
 public:
  std::vector<Index> noise_shape;

  std::string class_name() const override { return "Dropout"; }
  void describe(ConfigVisitor& v) override {
    v.required("rate", rate);
    v.field("noise_shape", noise_shape, {});
    describe_seed(v, class_name(), seed);
  }
  void check() const override {
    DropLayer::check();
    for (const Index n : noise_shape)
      if (n != None && n <= 0)
        fail(Code::value, "Dropout: noise_shape has a size of " + std::to_string(n) +
                              "; a size is positive, or None for the size of the input");
  }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    if (noise_shape.empty()) return in;
    const Index rank = in[0].rank();
    bool fits = static_cast<Index>(noise_shape.size()) == rank;
    for (Index i = 0; fits && i < rank; ++i) {
      const Index n = noise_shape[static_cast<std::size_t>(i)];
      const bool settled = i == 0 && built();  // a shard has fewer samples than the batch
      fits = settled || n == None || n == 1 || in[0][i] == None || in[0][i] == n;
    }
    if (fits && noise_shape[0] != None && noise_shape[0] != 1 && in[0][0] == None) fits = built();
    if (!fits)
      fail(Code::shape, described() + ": noise_shape " + Shape(noise_shape).text() + " does not suit an input of shape " +
                            in[0].text() +
                            ". It has one size an axis, samples included: None for the size of the input, 1 for " +
                            "one draw along the axis, for example {.noise_shape = {None, 1, None}}");
    return in;
  }

 protected:
  bool shared(int axis, int) const override { return !noise_shape.empty() && noise_shape[static_cast<std::size_t>(axis)] == 1; }
};

}  // namespace

Dropout::Dropout(double rate, const DropoutOptions& options) {
  auto layer = std::make_shared<DropoutLayer>();
  layer->rate = rate;
  layer->noise_shape = options.noise_shape;
  layer->seed = options.seed;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, dropout) {
  rondo::register_layer("Dropout", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::DropoutLayer>()); });
}
