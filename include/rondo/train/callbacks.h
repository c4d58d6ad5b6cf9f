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
  CallbackState state() const override;
  void restore(const CallbackState& state) override;

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
// its logs; with save_freq {batch}, too. Folders that the path names are made.
struct ModelCheckpointOptions {
  std::string filepath;  // ends in .keras, or in .weights.h5 with save_weights_only
  std::string monitor = "val_loss";
  bool save_best_only = false;     // only when `monitor` is better than ever before
  bool save_weights_only = false;  // save_weights instead of save_model
  std::string mode = "auto";
  std::optional<Index> save_freq = {};                 // after so many batches, counted across epochs, instead of every epoch
  std::optional<double> initial_value_threshold = {};  // what the first one must be better than
};

// Saves the model, with the optimizer's state, at the end of an epoch or after so many batches.
class ModelCheckpointCallback final : public Callback {
 public:
  explicit ModelCheckpointCallback(ModelCheckpointOptions options);
  void on_epoch_begin(Index epoch, Model& model) override;
  void on_batch_end(Index batch, const Logs& logs, Model& model) override;
  void on_epoch_end(Index epoch, const Logs& logs, Model& model) override;
  CallbackState state() const override;
  void restore(const CallbackState& state) override;
  std::optional<double> best = {};
  std::string last_path = {};  // of the last file written; "" before

 private:
  void save(std::optional<Index> batch, const Logs& logs, Model& model);
  ModelCheckpointOptions options_;
  Index epoch_ = 0, batches_ = 0;  // batches since the last file
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
  CallbackState state() const override;
  void restore(const CallbackState& state) override;
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
// not. As in Keras there is a column "val_" for every key if the first epoch had no validation.
class CSVLogger : public std::shared_ptr<Callback> {
 public:
  explicit CSVLogger(CSVLoggerOptions options);
};

struct TerminateOnNaNOptions {
  bool raise_error = false;  // true: fit throws after all
};

// Where a step finds a number that is not finite, fit ends with the weights of the last finished step; without it, fit throws.
class TerminateOnNaN : public std::shared_ptr<Callback> {
 public:
  explicit TerminateOnNaN(TerminateOnNaNOptions options = {});
};

struct SwapEMAWeightsOptions {
  bool swap_on_epoch = false;  // the averages stay in the model from the end of an epoch to the beginning of the next
};

// Validations, and an evaluate it is given to, see the moving averages of the weights (an optimizer with use_ema = true)
// instead of the weights. With swap_on_epoch a ModelCheckpoint behind it saves the averages.
class SwapEMAWeights : public std::shared_ptr<Callback> {
 public:
  explicit SwapEMAWeights(SwapEMAWeightsOptions options = {});
};

// In Keras's order.
struct BackupAndRestoreOptions {
  std::string backup_dir;               // made if it is not there; one for each fit
  std::optional<Index> save_freq = {};  // after so many batches instead of every epoch
  bool double_checkpoint = false;       // keep the backup before the last one, too
  bool delete_checkpoint = true;        // when fit has come to its end
};

// Saves what a fit needs to go on: weights, the optimizer's state, where it is in the samples, and what other callbacks
// remember. A fit with the same arguments that finds such a backup goes on from it, and ends with the bits of one that was
// never broken off. The file is replaced as a whole: there is no moment at which half of it is there. (A fit that is broken off
// within an epoch has that epoch's loss, but metrics of the batches after the break only.)
class BackupAndRestoreCallback final : public Callback {
 public:
  explicit BackupAndRestoreCallback(BackupAndRestoreOptions options);
  void on_train_begin(Model& model) override;
  void after_train_begin(Model& model) override;
  void on_batch_end(Index batch, const Logs& logs, Model& model) override;
  void after_epoch_end(Index epoch, Model& model) override;
  void on_train_end(Model& model) override;

  std::optional<Index> resumed_epoch = {};  // where this fit went on, counted from 0
  std::string file() const;                 // in backup_dir

 private:
  void save(Model& model) const;
  void read(const std::string& path, Model& model);
  BackupAndRestoreOptions options_;
  Index batches_ = 0;                                          // since the last backup
  std::vector<std::pair<std::size_t, CallbackState>> states_;  // of which callback
};

class BackupAndRestore : public std::shared_ptr<BackupAndRestoreCallback> {
 public:
  explicit BackupAndRestore(BackupAndRestoreOptions options);
};

// In Keras's order.
struct LambdaCallbackOptions {
  std::function<void(Index epoch, Model&)> on_epoch_begin = {};
  std::function<void(Index epoch, const Logs&, Model&)> on_epoch_end = {};
  std::function<void(Model&)> on_train_begin = {};
  std::function<void(Model&)> on_train_end = {};
  std::function<void(Index batch, Model&)> on_batch_begin = {};
  std::function<void(Index batch, const Logs&, Model&)> on_batch_end = {};
  std::function<void(Model&)> on_test_begin = {};
  std::function<void(const Logs&, Model&)> on_test_end = {};
};

// A callback made of functions.
class LambdaCallback : public std::shared_ptr<Callback> {
 public:
  explicit LambdaCallback(LambdaCallbackOptions options);
};

}  // namespace rondo
