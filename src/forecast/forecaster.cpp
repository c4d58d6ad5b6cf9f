// Training: the network starts from the ridge autoregression, and the weights of the best validation epoch are kept, the start
// included.
//   skill = 1 - mae / mae(persistence)            on the validation part
#include "rondo/forecast/forecaster.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "data/frame_data.h"
#include "rondo/core/error.h"
#include "rondo/optimizers/optimizer.h"

namespace rondo {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// At most judged_windows of a part, evenly taken.
class Sample final : public Source {
 public:
  explicit Sample(const Part& part)
      : part_(part), every_(std::max<Index>(1, (part.samples() + judged_windows - 1) / judged_windows)) {}
  Index samples() const override { return (part_.samples() + every_ - 1) / every_; }
  Shapes x_shapes() const override { return part_.x_shapes(); }
  Shapes y_shapes() const override { return part_.y_shapes(); }
  void gather(std::span<const Index> ids, std::span<real* const> x, std::span<real* const> y) const noexcept override {
    const Framing& f = part_.frame().framing();
    const auto x_size = static_cast<Index>(f.features.size()) * f.lookback,
               y_size = static_cast<Index>(f.targets.size()) * f.horizon;
    real* to_x = x.empty() ? nullptr : x[0];
    real* to_y = y.empty() ? nullptr : y[0];
    for (const Index id : ids) {
      const Index window = id * every_;
      part_.gather({&window, 1}, {&to_x, x.empty() ? 0u : 1u}, {&to_y, y.empty() ? 0u : 1u});
      if (to_x) to_x += x_size;
      if (to_y) to_y += y_size;
    }
  }
  const Part& part() const { return part_; }
  Index every() const { return every_; }

 private:
  const Part& part_;
  Index every_;
};

// Mean absolute error of persistence in normalised units, as the metric "mae" would give it.
double persistence_error(const Sample& sample) {
  const Part& part = sample.part();
  const FrameData& d = part.frame().data();
  double sum = 0;
  for (std::size_t k = 0; k < d.targets.size(); ++k) {
    const std::vector<double>& v = d.targets[k]->numbers;
    double errors = 0;
    for (Index i = 0; i < part.samples(); i += sample.every()) {
      const double last = v[static_cast<std::size_t>(d.last_row(part.first() + i))];
      const Index first = d.target_row(part.first() + i);
      for (Index h = 0; h < d.framing.horizon; ++h) errors += std::fabs(v[static_cast<std::size_t>(first + h)] - last);
    }
    sum += errors / part.scaler().of(d.targets[k]->name).scale;
  }
  return sum / (static_cast<double>(sample.samples()) * static_cast<double>(d.framing.horizon) *
                static_cast<double>(d.targets.size()));
}

// Normalised errors back to the table's units: exact for one target, the mean over targets for several.
double unit(const Part& part) {
  const FrameData& d = part.frame().data();
  double sum = 0;
  for (const auto& target : d.targets) sum += part.scaler().of(target->name).scale;
  return sum / static_cast<double>(d.targets.size());
}

class Watch final : public Callback {
 public:
  Watch(const Split& split, const Recipe& recipe, const FitHooks& hooks, FitReport& report)
      : recipe_(recipe),
        hooks_(hooks),
        report_(report),
        validated_(split.validation.samples() > 0),
        judged_(validated_ ? split.validation : split.train),
        persistence_(persistence_error(judged_)),
        unit_(unit(judged_.part())),
        windows_(split.train.samples()),
        batches_((windows_ + recipe.batch_size - 1) / recipe.batch_size) {}

  void on_train_begin(Model& model) override {
    begin_ = std::chrono::steady_clock::now();
    const Logs start = model.evaluate(judged_, {.batch_size = recipe_.batch_size, .threads = recipe_.threads});
    add(0, nan, start.at("loss"), start.at("mae"), model);
  }
  void on_epoch_begin(Index, Model&) override { begin_ = std::chrono::steady_clock::now(); }
  void on_batch_end(Index batch, const Logs&, Model&) override {
    if (hooks_.on_batch) hooks_.on_batch(batch + 1, batches_);
  }
  void on_epoch_end(Index epoch, const Logs& logs, Model& model) override {
    const std::string prefix = validated_ ? "val_" : "";
    add(epoch + 1, logs.at("loss"), logs.at(prefix + "loss"), logs.at(prefix + "mae"), model);
    if (recipe_.patience > 0 && validated_ && epoch + 1 - lowest_epoch_ >= recipe_.patience) {
      stop_training = true;
      report_.stopped_early = epoch + 1 < recipe_.epochs;
    }
  }
  const Source& judged() const { return judged_; }
  void restore(Model& model) const {
    if (!best_.empty()) model.set_weights(best_);
  }

 private:
  void add(Index number, double loss, double judged_loss, double mae, Model& model) {
    EpochReport epoch;
    epoch.epoch = number;
    epoch.loss = loss;
    epoch.validation_loss = validated_ ? judged_loss : nan;
    epoch.mae = mae * unit_;
    epoch.skill = persistence_ > 0 ? 1 - mae / persistence_ : nan;
    epoch.windows = number == 0 ? 0 : windows_;
    epoch.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    // Without a validation part nothing honest chooses an epoch: the last one is kept.
    if (number == 0 || judged_loss < lowest_loss_) {
      lowest_loss_ = judged_loss;
      lowest_epoch_ = number;
    }
    if (number == 0) {
      start_loss_ = judged_loss;
      start_mae_ = mae;
    }
    const double least = 1 - recipe_.min_gain;
    const bool gains = judged_loss < least * start_loss_ && mae < least * start_mae_;
    epoch.best = !validated_ || best_.empty() || (gains && (report_.best_epoch == 0 || judged_loss < best_loss_));
    if (epoch.best) {
      best_loss_ = judged_loss;
      best_ = model.get_weights();
      report_.best_epoch = number;
    }
    report_.epochs.push_back(epoch);
    if (hooks_.on_epoch) hooks_.on_epoch(epoch);
  }

  const Recipe& recipe_;
  const FitHooks& hooks_;
  FitReport& report_;
  bool validated_;
  Sample judged_;
  double persistence_, unit_;
  Index windows_, batches_;
  double best_loss_ = 0, lowest_loss_ = 0, start_loss_ = 0, start_mae_ = 0;
  Index lowest_epoch_ = 0;
  std::vector<Array> best_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace

Model make_forecaster(const Split& split, const Recipe& recipe, const Ridge& ridge) {
  set_random_seed(recipe.seed);
  Model model = forecast_network(split.train.frame().framing(), recipe.network);
  if (recipe.network.shortcut) start_from(model, ridge);
  OptimizerRef optimizer(recipe.optimizer);
  if (recipe.learning_rate) {
    optimizer->set_learning_rate(*recipe.learning_rate);
  } else if (optimizer->class_name() == "Adam") {  // names are taken without regard to case
    optimizer->set_learning_rate(0.003);
  }
  model.compile({.optimizer = optimizer, .loss = LossRef(recipe.loss), .metrics = {"mae"}});
  return model;
}

FitReport fit_forecaster(Model& model, const Split& split, const Recipe& recipe, const FitHooks& hooks) {
  if (recipe.patience < 0) fail(Code::value, "patience must not be negative");
  if (!(recipe.min_gain >= 0 && recipe.min_gain < 1)) fail(Code::value, "min_gain must be at least 0 and below 1");
  if (recipe.batch_size < 1) fail(Code::value, "batch_size must be at least 1");
  FitReport report;
  const auto watch = std::make_shared<Watch>(split, recipe, hooks, report);
  FitOptions options;
  options.batch_size = recipe.batch_size;
  options.epochs = recipe.epochs;
  options.callbacks = {watch};
  if (split.validation.samples() > 0) options.validation_source = &watch->judged();
  options.seed = recipe.seed;
  options.threads = recipe.threads;
  options.stop = hooks.stop;
  try {
    report.interrupted = model.fit(split.train, options).interrupted;
  } catch (...) {
    watch->restore(model);
    throw;
  }
  watch->restore(model);
  return report;
}

Forecast forecast_steps(const Forecaster& forecaster, const Table& table, Index steps, const PredictOptions& options) {
  return forecast_next(forecaster.model, forecaster.framing, forecaster.scaler, table, steps, options);
}

}  // namespace rondo
