// A callback of your own: it counts what a run cost and ends it when the loss is good enough, or with an exception when it
// cannot get there.
//
//   stop   when loss <= goal
//   throw  when the epochs that are left, each as good as the best step so far, do not reach the goal
//
//   build/examples/custom_callback
#include <algorithm>
#include <cstdio>
#include <rondo/rondo.hpp>
#include <stdexcept>

using namespace rondo;

class ReachGoal : public Callback {
 public:
  ReachGoal(double goal, Index epochs) : goal_(goal), epochs_(epochs) {}
  void on_train_begin(Model&) override { batches = 0, best_ratio_ = 1, last_ = 0; }
  void on_batch_end(Index, const Logs&, Model&) override { ++batches; }
  void on_epoch_end(Index epoch, const Logs& logs, Model&) override {
    const double loss = logs.at("loss");
    if (loss <= goal_) stop_training = true;
    if (last_ > 0) best_ratio_ = std::min(best_ratio_, loss / last_);
    last_ = loss;
    double reachable = loss;
    for (Index e = epoch + 1; e < epochs_; ++e) reachable *= best_ratio_;
    if (epoch > 4 && reachable > goal_) throw std::runtime_error("the goal is out of reach");
  }
  Index batches = 0;

 private:
  double goal_, best_ratio_ = 1, last_ = 0;
  Index epochs_;
};

int main() {
  try {
    Array x(Shape{64, 1}), y(Shape{64, 1});
    for (std::size_t i = 0; i < 64; ++i) {
      x(i, 0) = static_cast<real>(static_cast<double>(i) / 64);
      y(i, 0) = 2 * x(i, 0) + 1;
    }
    Sequential model({Dense(1)});
    model.compile({.optimizer = SGD({.learning_rate = 0.1}), .loss = "mse"});

    const auto goal = std::make_shared<ReachGoal>(1e-3, 200);
    const History history = model.fit(x, y, {.epochs = 200, .callbacks = {goal}});
    std::printf("%zu epochs, %lld batches, loss %.1e\n", history.epoch.size(), static_cast<long long>(goal->batches),
                history.history.at("loss").back());

    // An exception goes to who called fit; the model keeps the weights of its last step and can go on.
    try {
      model.fit(x, y, {.epochs = 20, .callbacks = {std::make_shared<ReachGoal>(1e-30, 20)}});
      return 1;
    } catch (const std::runtime_error& e) {
      std::printf("fit ended: %s; the model still says f(1) = %.2f\n", e.what(),
                  static_cast<double>(model.predict(Array{{1}})(0, 0)));
    }
    return 0;
  } catch (const Error& e) {
    std::fprintf(stderr, "custom_callback: %s\n", e.what());
    return 1;
  }
}
