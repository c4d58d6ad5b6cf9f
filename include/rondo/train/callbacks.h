// Callbacks that come with Rondo. Each name is a handle, so that it can be written where it is used and asked afterwards:
//   EarlyStopping stop({.patience = 5, .restore_best_weights = true});
//   model.fit(X, y, {.epochs = 100, .callbacks = {stop}, .validation_split = 0.2});
//   stop->stopped_epoch
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rondo/model/model.h"

namespace rondo {

// In Keras's order.
struct EarlyStoppingOptions {
  std::string monitor = "val_loss";     // a key of the epoch's logs; Error(value) with the known keys if it is none
  double min_delta = 0;                 // a smaller change is no improvement
  Index patience = 0;                   // epochs without improvement before it stops
  std::string mode = "auto";            // "min", "max", or "auto": by the metric's nature
  std::optional<double> baseline = {};  // the patience counts on until this is beaten, too
  bool restore_best_weights = false;    // at the end: the weights of the best epoch instead of the last one's
  Index start_from_epoch = 0;           // epochs before this one are not looked at
};

// Ends fit when `monitor` has stopped improving; never after the very first epoch, as in Keras. A fit that is stopped from
// outside keeps its last weights.
class EarlyStoppingCallback final : public Callback {
 public:
  explicit EarlyStoppingCallback(EarlyStoppingOptions options);
  void on_train_begin(Model& model) override;
  void on_epoch_end(Index epoch, const Logs& logs, Model& model) override;
  void on_train_end(Model& model) override;

  Index stopped_epoch = 0;  // 0: it did not stop
  Index best_epoch = 0;
  std::optional<double> best = {};

 private:
  bool improves(double value, double reference) const;
  EarlyStoppingOptions options_;
  bool upwards_ = false;
  Index wait_ = 0;
  std::vector<Array> best_weights_;
};

class EarlyStopping : public std::shared_ptr<EarlyStoppingCallback> {
 public:
  explicit EarlyStopping(EarlyStoppingOptions options = {});
};

struct LambdaCallbackOptions {
  std::function<void(Index epoch, Model&)> on_epoch_begin = {};
  std::function<void(Index epoch, const Logs&, Model&)> on_epoch_end = {};
  std::function<void(Model&)> on_train_begin = {};
  std::function<void(Model&)> on_train_end = {};
  std::function<void(Index batch, const Logs&, Model&)> on_batch_end = {};
};

// A callback made of functions.
class LambdaCallback : public std::shared_ptr<Callback> {
 public:
  explicit LambdaCallback(LambdaCallbackOptions options);
};

}  // namespace rondo
