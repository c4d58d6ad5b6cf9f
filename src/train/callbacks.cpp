// EarlyStopping with Keras's rules, and callbacks made of functions.
#include "rondo/train/callbacks.h"

#include <algorithm>
#include <cmath>

#include "core/words.h"
#include "model/model_state.h"
#include "rondo/core/error.h"
#include "train/monitor.h"

namespace rondo {

double monitored(const std::string& who, const std::string& monitor, const Logs& logs) {
  if (const auto it = logs.find(monitor); it != logs.end()) return it->second;
  std::string known;
  for (const auto& [key, value] : logs) known += (known.empty() ? "" : ", ") + key;
  const bool needs_validation = monitor.starts_with("val_") && logs.count(monitor.substr(4)) != 0;
  fail(Code::value, who + " monitors '" + escaped(monitor) + "', which this fit does not report.\n  reported: " + known +
                        (needs_validation ? "\n  fix: give fit a .validation_split or .validation_data" : ""));
}

bool more_is_better(const std::string& who, const std::string& monitor, const std::string& mode, const Model& model) {
  if (mode != "auto") return mode == "max";
  const std::string name = monitor.starts_with("val_") ? monitor.substr(4) : monitor;
  const ModelState& state = model.internal();
  for (std::size_t m = 0; m < state.metrics.size(); ++m) {
    const std::string& metric = state.metric_names[m];
    const bool one_of_several = state.metrics[m]->results() > 1 && name.starts_with(metric + "_") &&
                                name.find_first_not_of("0123456789", metric.size() + 1) == std::string::npos;
    if (metric == name || one_of_several) return state.metrics[m]->more_is_better();
  }
  if (name == "loss" || name.ends_with("_loss")) return false;
  fail(Code::value, who + " cannot tell whether more or less of '" + escaped(monitor) + "' is better.\n  fix: " + who +
                        "({.monitor = \"" + escaped(monitor) + "\", .mode = \"min\"})  or \"max\"");
}

bool unvalidated(const std::string& monitor, const Logs& logs, const Model& model) {
  return monitor.starts_with("val_") && logs.count(monitor) == 0 && model.internal().validates;
}

std::optional<double> remembered(const CallbackState& state, const std::string& key) {
  const auto at = state.numbers.find(key);
  return at == state.numbers.end() ? std::nullopt : std::optional(at->second);
}

Index remembered_count(const CallbackState& state, const std::string& key) {
  const double value = remembered(state, key).value_or(0);
  if (!(value >= 0 && value <= 1e15) || value != std::floor(value))
    fail(Code::format, "a backup says '" + escaped(key) + "' = " + short_number(value) + ", which is no count");
  return static_cast<Index>(value);
}

void check_mode(const std::string& who, const std::string& mode) {
  if (mode == "auto" || mode == "min" || mode == "max") return;
  fail(Code::value, who + ": mode is \"auto\", \"min\" or \"max\", not \"" + escaped(mode) + "\"");
}

namespace {

class Lambda final : public Callback {
 public:
  explicit Lambda(LambdaCallbackOptions options) : options_(std::move(options)) {}
  void on_train_begin(Model& model) override {
    if (options_.on_train_begin) options_.on_train_begin(model);
  }
  void on_epoch_begin(Index epoch, Model& model) override {
    if (options_.on_epoch_begin) options_.on_epoch_begin(epoch, model);
  }
  void on_batch_begin(Index batch, Model& model) override {
    if (options_.on_batch_begin) options_.on_batch_begin(batch, model);
  }
  void on_batch_end(Index batch, const Logs& logs, Model& model) override {
    if (options_.on_batch_end) options_.on_batch_end(batch, logs, model);
  }
  void on_test_begin(Model& model) override {
    if (options_.on_test_begin) options_.on_test_begin(model);
  }
  void on_test_end(const Logs& logs, Model& model) override {
    if (options_.on_test_end) options_.on_test_end(logs, model);
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

void check_callbacks(const Callbacks& callbacks) {
  for (std::size_t i = 0; i < callbacks.size(); ++i)
    if (!callbacks[i]) fail(Code::value, "callback number " + std::to_string(i + 1) + " is a null pointer");
}

EarlyStoppingCallback::EarlyStoppingCallback(EarlyStoppingOptions options) : options_(std::move(options)) {
  check_mode("EarlyStopping", options_.mode);
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
  // With validation_freq not every epoch has been validated: there is nothing to compare, as in Keras.
  if (unvalidated(options_.monitor, logs, model)) return;
  const double value = monitored("EarlyStopping", options_.monitor, logs);
  upwards_ = more_is_better("EarlyStopping", options_.monitor, options_.mode, model);
  if (epoch < options_.start_from_epoch) return;
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

CallbackState EarlyStoppingCallback::state() const {
  CallbackState out{{{"wait", static_cast<double>(wait_)},
                     {"stopped_epoch", static_cast<double>(stopped_epoch)},
                     {"stopped", stop_training},
                     {"best_epoch", static_cast<double>(best_epoch)}},
                    best_weights_};
  if (best) out.numbers["best"] = *best;
  return out;
}

void EarlyStoppingCallback::restore(const CallbackState& state) {
  wait_ = remembered_count(state, "wait");
  stopped_epoch = remembered_count(state, "stopped_epoch");
  stop_training = remembered_count(state, "stopped") != 0;
  best_epoch = remembered_count(state, "best_epoch");
  best = remembered(state, "best");
  best_weights_ = state.arrays;
}

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : std::shared_ptr<EarlyStoppingCallback>(std::make_shared<EarlyStoppingCallback>(std::move(options))) {}

LambdaCallback::LambdaCallback(LambdaCallbackOptions options)
    : std::shared_ptr<Callback>(std::make_shared<Lambda>(std::move(options))) {}

}  // namespace rondo
