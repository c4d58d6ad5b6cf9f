// A metric of your own: the share of forecasts that are near enough.
//
//   within = sum of weights of rows with |yhat - y| <= tolerance everywhere / sum of weights        masked rows do not count
//
//   build/examples/custom_metric
#include <cmath>
#include <cstdio>
#include <rondo/rondo.hpp>

using namespace rondo;

class Within : public Metric {
 public:
  explicit Within(double tolerance = 0.1) : tolerance_(tolerance) {}
  std::string class_name() const override { return "Within"; }
  bool more_is_better() const override { return true; }  // what EarlyStopping's mode "auto" asks
  void describe(ConfigVisitor& visitor) override { visitor.field("tolerance", tolerance_, 0.1); }
  void check() override {
    if (!(tolerance_ >= 0)) fail(Code::value, "Within: tolerance must not be negative");
  }
  // An epoch: reset, update with each batch, result.
  void reset() noexcept override { near_ = all_ = 0; }
  void update(const MetricRows& batch) noexcept override {
    for (Index row = 0; row < batch.rows; ++row) {
      if (!batch.counts(row)) continue;
      bool near = true;
      for (Index i = row * batch.width; i < (row + 1) * batch.width; ++i) {
        near = near && std::abs(static_cast<double>(batch.yhat[i]) - static_cast<double>(batch.y[i])) <= tolerance_;
      }
      near_ += near ? batch.weight(row) : 0;
      all_ += batch.weight(row);
    }
  }
  double result() const noexcept override { return all_ == 0 ? 0 : near_ / all_; }

 private:
  double tolerance_, near_ = 0, all_ = 0;
};

int main() {
  try {
    register_metric<Within>("examples>Within");

    Array x(Shape{100, 1}), y(Shape{100, 1});
    for (std::size_t i = 0; i < 100; ++i) {
      x(i, 0) = static_cast<real>(0.01 * static_cast<double>(i));
      y(i, 0) = x(i, 0) * x(i, 0);
    }
    Sequential model({Dense(1)});
    const MetricRef within(std::make_shared<Within>(0.05));
    model.compile({.optimizer = Adam({.learning_rate = 0.05}), .loss = "mse", .metrics = {within, "mae"}});
    EarlyStopping best({.monitor = "within", .patience = 50, .restore_best_weights = true});
    model.fit(x, y, {.epochs = 200, .callbacks = {best}});

    // The same, counted here.
    const Array yhat = model.predict(x);
    int near = 0;
    for (std::size_t i = 0; i < 100; ++i) near += std::abs(yhat(i, 0) - y(i, 0)) <= real(0.05) ? 1 : 0;
    Model again = load_model(save_model(model));
    const Logs logs = again.evaluate(x, y);
    std::printf("near enough: %d of 100; evaluate of the loaded model says %.2f\n", near, logs.at("within"));
    return std::abs(logs.at("within") - near / 100.0) < 1e-9 ? 0 : 1;
  } catch (const Error& e) {
    std::fprintf(stderr, "custom_metric: %s\n", e.what());
    return 1;
  }
}
