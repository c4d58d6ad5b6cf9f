// A layer of your own: the exponential average over time, with a memory that training sets, one for each feature.
//
//   a   = 1 / (1 + exp(-w))                           w: (features), trained
//   y_t = a y_(t-1) + (1 - a) x_t,    y_(-1) = 0      a masked step: y_t = y_(t-1)
//
//   g_t = dy_t + a g_(t+1)         dx_t = (1 - a) g_t         dw = a (1 - a) sum over samples and t of g_t (y_(t-1) - x_t)
//
//   build/examples/custom_layer
#include <cmath>
#include <cstdio>
#include <rondo/rondo.hpp>

using namespace rondo;

class ExponentialAverageLayer : public CustomLayer {
 public:
  double span = 10;  // an average of about so many steps at first: a = 1 - 1 / span

  std::string class_name() const override { return "ExponentialAverage"; }
  // Once for model files both ways, messages and checks: the name, the value, the default.
  void describe(ConfigVisitor& visitor) override { visitor.field("span", span, 10.0); }
  void check() const override {
    if (!(span > 1 && std::isfinite(span))) fail(Code::value, "ExponentialAverage: span must be more than 1 time step");
  }

  void build(const Shapes& in, Weights& weights) override {
    output_shapes(in);
    Initializer start = "constant";
    start.parameters["value"] = std::log(span - 1);
    weights.add("memory", {in[0][-1]}, start);  // slot 0
  }
  Shapes output_shapes(const Shapes& in) const override {
    require_sequences(*this, in);  // (samples, time steps, features)
    require_features(*this, in);
    return {in[0]};
  }

  void call(const Run& run) const override {
    const Port &x = run.in(), &y = run.out();
    each_series(x, [&](Index first, Index steps, Index step, Index feature, Index row) {
      const real a = share(run, feature);
      real last = 0;
      for (Index t = 0; t < steps; ++t) {
        const Index i = first + t * step;
        if (!x.mask || x.mask[row + t]) last = a * last + (1 - a) * x.values[i];
        y.values[i] = last;
      }
    });
  }

  void gradient(const Run& run) const override {
    const Port &x = run.in(), &y = run.out(), &dx = run.d_in(), &dy = run.d_out();
    real* dw = run.gradient(0);  // null if the layer is not trained; what is there is added to
    each_series(x, [&](Index first, Index steps, Index step, Index feature, Index row) {
      const real a = share(run, feature);
      real g = 0, da = 0;
      for (Index t = steps - 1; t >= 0; --t) {
        const Index i = first + t * step;
        g += dy.values[i];
        const bool valid = !x.mask || x.mask[row + t];  // what is masked may hold NaN: look at x only if it counts
        if (dx.values) dx.values[i] = valid ? (1 - a) * g : 0;
        if (!valid) continue;
        da += g * ((t > 0 ? y.values[i - step] : 0) - x.values[i]);
        g *= a;
      }
      if (dw) dw[feature] += a * (1 - a) * da;
    });
  }

 private:
  static real share(const Run& run, Index feature) { return 1 / (1 + std::exp(-run.weight(0)[feature])); }
  // Memory is (samples, time steps, features), the last axis fastest.
  template <class F>
  static void each_series(const Port& x, F f) {
    const Index samples = x.dims[0], steps = x.dims[1], features = x.dims[2];
    for (Index s = 0; s < samples; ++s)
      for (Index k = 0; k < features; ++k) f(s * steps * features + k, steps, features, k, s * steps);
  }
};

LayerRef ExponentialAverage(double span = 10) {
  auto layer = std::make_shared<ExponentialAverageLayer>();
  layer->span = span;
  return LayerRef(layer);
}

int main() {
  try {
    // Under this name model files know the class, Keras's too: @keras.saving.register_keras_serializable(package="examples").
    register_layer<ExponentialAverageLayer>("examples>ExponentialAverage");

    // Is the gradient the derivative? Called once, called twice in a model, and with masks over NaN.
    const Gradcheck check = gradcheck(ExponentialAverage(3), {{4, 6, 2}});
    std::printf("%s", check.text().c_str());
    if (!check) return 1;

    // Something to find: series averaged with a = 0.8. Each ends after 12 to 20 time steps; -1 behind them is padding.
    const std::size_t samples = 64, steps = 20;
    Array x(Shape{64, 20, 1}, -1), y(Shape{64, 20, 1});
    for (std::size_t s = 0; s < samples; ++s) {
      double average = 0;
      for (std::size_t t = 0; t < steps - s % 9; ++t) {
        const double now = std::sin(0.37 * static_cast<double>(s * steps + t));
        average = 0.8 * average + 0.2 * now;
        x(s, t, 0) = static_cast<real>(now);
        y(s, t, 0) = static_cast<real>(average);
      }
    }
    Sequential model({Masking(-1), ExponentialAverage(3)});
    model.compile({.optimizer = Adam({.learning_rate = 0.1}), .loss = "mse"});
    const History history = model.fit(x, y, {.batch_size = 16, .epochs = 30});
    const double w = static_cast<double>(model.get_weights()[0](0));
    std::printf("loss %.1e after 30 epochs, a = %.3f\n", history.history.at("loss").back(), 1 / (1 + std::exp(-w)));

    // In a file and back.
    const Model again = load_model(save_model(model));
    std::printf("loaded: %s\n", again.predict(x).text() == model.predict(x).text() ? "the same outputs" : "other outputs");
    return 0;
  } catch (const Error& e) {
    std::fprintf(stderr, "custom_layer: %s\n", e.what());
    return 1;
  }
}
