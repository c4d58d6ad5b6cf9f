// EarlyStopping with Keras's rules, and callbacks made of functions.
#include "rondo/train/callbacks.h"

#include <algorithm>
#include <cmath>

#include "model/model_state.h"
#include "rondo/core/error.h"

namespace rondo {

namespace {

// Whether more is better for the monitored key, when mode is "auto".
bool more_is_better(const std::string& monitor, const ModelState& model) {
  const std::string name = monitor.starts_with("val_") ? monitor.substr(4) : monitor;
  for (const auto& metric : model.metrics) {
    if (metric->name() == name) return metric->more_is_better();
  }
  if (name == "loss" || name.ends_with("_loss")) return false;
  fail(Code::value, "EarlyStopping cannot tell whether more or less of '" + escaped(monitor) +
                        "' is better.\n  fix: EarlyStopping({.monitor = \"" + escaped(monitor) +
                        "\", .mode = \"min\"})  or \"max\"");
}

class Lambda final : public Callback {
 public:
  explicit Lambda(LambdaCallbackOptions options) : options_(std::move(options)) {}
  void on_train_begin(Model& model) override {
    if (options_.on_train_begin) options_.on_train_begin(model);
  }
  void on_epoch_begin(Index epoch, Model& model) override {
    if (options_.on_epoch_begin) options_.on_epoch_begin(epoch, model);
  }
  void on_batch_end(Index batch, const Logs& logs, Model& model) override {
    if (options_.on_batch_end) options_.on_batch_end(batch, logs, model);
  }
  void on_epoch_end(Index epoch, const Logs& logs, Model& model) override {
    if (options_.on_epoch_end) options_.on_epoch_end(epoch, logs, model);
  }
  void on_train_end(Model& model) override {
    if (options_.on_train_end) options_.on_train_end(model);
  }

 private:
  LambdaCallbackOptions options_;
};

}  // namespace

EarlyStoppingCallback::EarlyStoppingCallback(EarlyStoppingOptions options) : options_(std::move(options)) {
  if (options_.mode != "auto" && options_.mode != "min" && options_.mode != "max") {
    fail(Code::value, "EarlyStopping: mode is \"auto\", \"min\" or \"max\", not \"" + escaped(options_.mode) + "\"");
  }
  options_.min_delta = std::abs(options_.min_delta);
}

void EarlyStoppingCallback::on_train_begin(Model&) {
  wait_ = stopped_epoch = best_epoch = 0;
  best.reset();
  best_weights_.clear();
}

bool EarlyStoppingCallback::improves(double value, double reference) const {
  return upwards_ ? value - options_.min_delta > reference : value + options_.min_delta < reference;
}

void EarlyStoppingCallback::on_epoch_end(Index epoch, const Logs& logs, Model& model) {
  const auto it = logs.find(options_.monitor);
  // With validation_freq not every epoch has been validated: there is nothing to compare, as in Keras.
  if (it == logs.end() && options_.monitor.starts_with("val_") && model.internal().validates) return;
  if (it == logs.end()) {
    std::string known;
    for (const auto& [key, value] : logs) known += (known.empty() ? "" : ", ") + key;
    const bool needs_validation = options_.monitor.starts_with("val_") && logs.count(options_.monitor.substr(4)) != 0;
    fail(Code::value, "EarlyStopping monitors '" + escaped(options_.monitor) +
                          "', which this fit does not report.\n  reported: " + known +
                          (needs_validation ? "\n  fix: give fit a .validation_split or .validation_data" : ""));
  }
  upwards_ = options_.mode == "max" || (options_.mode == "auto" && more_is_better(options_.monitor, model.internal()));
  if (epoch < options_.start_from_epoch) return;
  const double value = it->second;
  if (options_.restore_best_weights && best_weights_.empty()) {
    best_weights_ = model.get_weights();
    best_epoch = epoch;
  }
  ++wait_;
  if (!best || improves(value, *best)) {
    best = value;
    best_epoch = epoch;
    if (options_.restore_best_weights) best_weights_ = model.get_weights();
    if (!options_.baseline || improves(value, *options_.baseline)) wait_ = 0;
    return;
  }
  if (wait_ >= options_.patience && epoch > 0) {
    stopped_epoch = epoch;
    stop_training = true;
  }
}

void EarlyStoppingCallback::on_train_end(Model& model) {
  if (options_.restore_best_weights && !best_weights_.empty()) model.set_weights(best_weights_);
}

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : std::shared_ptr<EarlyStoppingCallback>(std::make_shared<EarlyStoppingCallback>(std::move(options))) {}

LambdaCallback::LambdaCallback(LambdaCallbackOptions options)
    : std::shared_ptr<Callback>(std::make_shared<Lambda>(std::move(options))) {}

}  // namespace rondo
