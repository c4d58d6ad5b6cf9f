// A loss of your own: linex, for forecasts that had better be too low than too high (or the other way round). With e = yhat -
// y:
//
//   loss  = exp(a e) - a e - 1        mean over the numbers of a row; a > 0: too high costs more, a < 0: too low
//   slope = a (exp(a e) - 1)
//
//   build/examples/custom_loss
#include <cmath>
#include <cstdio>
#include <rondo/rondo.hpp>

using namespace rondo;

class Linex : public Loss {
 public:
  explicit Linex(double a = 1) : a_(a) {}
  std::string class_name() const override { return "Linex"; }
  std::string key() const override { return "linex"; }
  void describe(ConfigVisitor& visitor) override { visitor.field("a", a_, 1.0); }
  void check() const override {
    if (!std::isfinite(a_) || a_ == 0) fail(Code::value, "Linex: a must be a number other than 0");
  }
  // One row: n targets, n outputs. Masks, weights and the mean over rows are not its business. d, if asked for, is scale times
  // the slope. It must not throw: a number that is not finite ends fit before the step is taken.
  double row(const real* y, const real* yhat, Index n, real* d, double scale) const noexcept override {
    double sum = 0;
    for (Index i = 0; i < n; ++i) {
      const double e = static_cast<double>(yhat[i]) - static_cast<double>(y[i]), grown = std::exp(a_ * e);
      sum += grown - a_ * e - 1;
      if (d) d[i] = static_cast<real>(scale / static_cast<double>(n) * a_ * (grown - 1));
    }
    return sum / static_cast<double>(n);
  }

 private:
  double a_;
};

int main() {
  try {
    register_loss<Linex>("examples>Linex");

    const Gradcheck check =
        gradcheck(LossRef(std::make_shared<Linex>(2)), Array{{0.5, 1}, {-1, 0}}, Array{{0.7, 0.4}, {-0.2, 0.1}});
    std::printf("%s", check.text().c_str());
    if (!check) return 1;

    // The same input for targets 0 and 1: the mean forecasts 0.5, linex keeps away from the dear side.
    const Array x(Shape{2, 1}, 1), y = {{0}, {1}};
    for (const double a : {-4.0, 4.0}) {
      Sequential model({Dense(1, {.use_bias = false, .kernel_initializer = "zeros"})});
      model.compile({.optimizer = SGD({.learning_rate = 0.02}), .loss = LossRef(std::make_shared<Linex>(a))});
      model.fit(x, y, {.epochs = 500});
      // The least of exp(-a) (exp(a f) + exp(a (f - 1))) + ... is at f = log(2 / (1 + exp(-a))) / a.
      std::printf("a = %2.0f: forecast %.4f, by the formula %.4f\n", a, static_cast<double>(model.predict(x)(0, 0)),
                  -std::log((1 + std::exp(-a)) / 2) / a);
      const Model again = load_model(save_model(model));
      std::printf("loaded: compiled with %s\n", registered_name(*again.loss()).c_str());
    }
    return 0;
  } catch (const Error& e) {
    std::fprintf(stderr, "custom_loss: %s\n", e.what());
    return 1;
  }
}
