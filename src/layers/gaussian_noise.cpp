//  in training   y = x + stddev n     n normal, mean 0, standard deviation 1          dx = dy
//  otherwise     y = x
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/registry.h"
#include "core/words.h"
#include "layers/base/draws.h"
#include "layers/base/elementwise.h"
#include "layers/base/gives_back.h"
#include "rondo/layers/noise.h"

namespace rondo {
namespace {

class GaussianNoiseLayer final : public ElementwiseLayer, public GivesBack {
 public:
  double stddev = 0;
  std::optional<Index> seed;

  std::string class_name() const override { return "GaussianNoise"; }
  void describe(ConfigVisitor& v) override {
    v.required("stddev", stddev);
    describe_seed(v, class_name(), seed);
  }
  bool gives_back(bool training) const override { return !training || stddev == 0; }
  void check() const override {
    if (!(stddev >= 0 && stddev <= 1))
      fail(Code::value, "GaussianNoise: stddev is a standard deviation from 0 to 1; got " + short_number(stddev));
    require_seed(*this, seed);
  }

  void forward(const Run& run) const noexcept override {
    const Dims& dims = run.in().dims;
    const Index n = dims.elements(), samples = dims.rank == 0 ? 0 : dims[0];
    const real* const x = run.in().values;
    real* const y = run.out().values;
    std::copy_n(x, n, y);
    if (!run.training() || stddev == 0 || samples == 0) return;
    const Draws draws(run, name(), seed);
    const Index each = n / samples;
    for (Index b = 0; b < samples; ++b) {
      for (Index i = 0; i < each; i += 2) {
        // Box and Muller's transform of two numbers in (0, 1]; a pair of draws for a pair of values.
        const auto word = draws.four(run.row_number(b), static_cast<std::uint64_t>(i / 2));
        const double u = (static_cast<double>(word[0]) + 1) * 0x1p-32, v = static_cast<double>(word[1]) * 0x1p-32;
        const double radius = stddev * std::sqrt(-2 * std::log(u)), angle = 2 * std::numbers::pi * v;
        y[b * each + i] += static_cast<real>(radius * std::cos(angle));
        if (i + 1 < each) y[b * each + i + 1] += static_cast<real>(radius * std::sin(angle));
      }
    }
  }
  void backward(const Run& run) const noexcept override {
    if (real* dx = run.d_in().values) std::copy_n(run.d_out().values, run.in().dims.elements(), dx);
  }
};

}  // namespace

GaussianNoise::GaussianNoise(double stddev, const NoiseOptions& options) {
  auto layer = std::make_shared<GaussianNoiseLayer>();
  layer->stddev = stddev;
  layer->seed = options.seed;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, gaussian_noise) {
  rondo::register_layer("GaussianNoise",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::GaussianNoiseLayer>()); });
}
