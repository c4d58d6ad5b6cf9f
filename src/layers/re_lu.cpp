//  y = min(x, max_value)                       where x > threshold        dx = dy (0 above max_value)
//      negative_slope (x - threshold)          below                      dx = dy negative_slope
#include "core/registry.h"
#include "core/words.h"
#include "layers/base/elementwise.h"
#include "rondo/layers/activation.h"

namespace rondo {
namespace {

class ReLULayer final : public FunctionLayer<ReLULayer> {
 public:
  std::optional<double> max_value;
  double negative_slope = 0, threshold = 0;

  std::string class_name() const override { return "ReLU"; }
  void describe(ConfigVisitor& v) override {
    v.field("max_value", max_value);
    v.field("negative_slope", negative_slope, 0.0);
    v.field("threshold", threshold, 0.0);
  }
  void check() const override {
    for (const auto& [key, value] : {std::pair{"max_value", max_value.value_or(0)}, std::pair{"negative_slope", negative_slope},
                                     std::pair{"threshold", threshold}})
      if (!(value >= 0)) fail(Code::value, "ReLU: " + std::string(key) + " must not be negative; got " + short_number(value));
  }

  real value(real x) const {
    const auto from = static_cast<real>(threshold);
    real y = x > from ? x : real(0);
    if (max_value) y = std::min(y, static_cast<real>(*max_value));
    // NaN stays NaN, as everywhere.
    return x <= from ? y - static_cast<real>(negative_slope) * (from - x) : (x > from ? y : x);
  }
  real slope(real x) const {
    if (x <= static_cast<real>(threshold)) return static_cast<real>(negative_slope);
    return max_value && x >= static_cast<real>(*max_value) ? real(0) : real(1);
  }
};

}  // namespace

ReLU::ReLU(const ReLUOptions& options) {
  auto layer = std::make_shared<ReLULayer>();
  layer->max_value = options.max_value;
  layer->negative_slope = options.negative_slope;
  layer->threshold = options.threshold;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, re_lu) {
  rondo::register_layer("ReLU", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::ReLULayer>()); });
}
