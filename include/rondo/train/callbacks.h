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

// In Keras's order. In the path {epoch}, {epoch:03d} and {val_loss:.4f} stand for the epoch, counted from 1, and for any key of
// its logs.
struct ModelCheckpointOptions {
  std::string filepath;  // ends in .keras
  std::string monitor = "val_loss";
  bool save_best_only = false;  // only when `monitor` is better than ever before
  std::string mode = "auto";
  std::optional<double> initial_value_threshold = {};  // what the first one must be better than
};

// Saves the model, with the optimizer's state, at the end of an epoch.
class ModelCheckpointCallback final : public Callback {
 public:
  explicit ModelCheckpointCallback(ModelCheckpointOptions options);
  void on_epoch_end(Index epoch, const Logs& logs, Model& model) override;
  std::optional<double> best = {};
  std::string last_path = {};  // of the last file written; "" before

 private:
  ModelCheckpointOptions options_;
};

class ModelCheckpoint : public std::shared_ptr<ModelCheckpointCallback> {
 public:
  explicit ModelCheckpoint(ModelCheckpointOptions options);
};

// In Keras's order.
struct ReduceLROnPlateauOptions {
  std::string monitor = "val_loss";
  double factor = 0.1;  // below 1
  Index patience = 10;  // epochs without improvement before the rate falls
  std::string mode = "auto";
  double min_delta = 1e-4;  // a smaller change is no improvement
  Index cooldown = 0;       // epochs after a fall that are not counted
  double min_lr = 0.0;
};

// Multiplies the learning rate by `factor` when `monitor` has stopped improving; its History has "learning_rate".
class ReduceLROnPlateauCallback final : public Callback {
 public:
  explicit ReduceLROnPlateauCallback(ReduceLROnPlateauOptions options);
  void on_train_begin(Model& model) override;
  void on_epoch_logs(Index epoch, Logs& logs, Model& model) override;
  void on_epoch_end(Index epoch, const Logs& logs, Model& model) override;
  std::optional<double> best = {};

 private:
  ReduceLROnPlateauOptions options_;
  Index wait_ = 0, cooldown_ = 0;
};

class ReduceLROnPlateau : public std::shared_ptr<ReduceLROnPlateauCallback> {
 public:
  explicit ReduceLROnPlateau(ReduceLROnPlateauOptions options = {});
};

// schedule(epoch, rate) is the learning rate of the epoch, counted from 0; its History has "learning_rate".
class LearningRateScheduler : public std::shared_ptr<Callback> {
 public:
  explicit LearningRateScheduler(std::function<double(Index epoch, double rate)> schedule);
};

struct CSVLoggerOptions {
  std::string filename;
  std::string separator = ",";
  bool append = false;  // to what is in the file, without a second line of names
};

// One line an epoch: its number from 0, then the logs in alphabetical order; "NA" where the first epoch had a key and this has
// not.
class CSVLogger : public std::shared_ptr<Callback> {
 public:
  explicit CSVLogger(CSVLoggerOptions options);
};

// Where a step finds a number that is not finite, fit ends with the weights of the last finished step; without it, fit throws.
class TerminateOnNaN : public std::shared_ptr<Callback> {
 public:
  TerminateOnNaN();
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
