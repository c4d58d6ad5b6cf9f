#include "callback_arguments.h"

#include "key_values.h"
#include "rondo/core/error.h"

namespace rondo::cli {

void CallbackArguments::declare(Arguments& arguments) {
  arguments.text("--early-stopping", "K=V,...", early_stopping_,
                 "stop when monitor=val_loss no longer improves; min_delta=0,patience=0,mode=auto,baseline=,"
                 "restore_best_weights=false,start_from_epoch=0; on: all of these");
  arguments.text("--reduce-lr", "K=V,...", reduce_lr_,
                 "lower the learning rate when monitor=val_loss no longer improves; factor=0.1,patience=10,mode=auto,"
                 "min_delta=1e-4,cooldown=0,min_lr=0");
  arguments.text("--checkpoint", "PATH", checkpoint_,
                 "save the model after every epoch; {epoch:02d} and {val_loss:.4f} in the path stand for their values");
  arguments.text("--checkpoint-settings", "K=V,...", checkpoint_settings_,
                 "monitor=val_loss,save_best_only=false,save_weights_only=false,mode=auto,save_freq=,initial_value_threshold=");
  arguments.text("--csv-log", "log.csv", csv_log_, "losses and metrics, one line an epoch");
  arguments.flag("--csv-append", csv_append_, "add to what is in the log");
  arguments.text("--backup", "DIR", backup_, "keep what is needed to go on there; the same command, typed again, goes on");
  arguments.count("--backup-freq", backup_freq_, 1, 1'000'000'000, "after so many batches (default: every epoch)");
  arguments.flag("--swap-ema", swap_ema_, "validate with the moving averages of an optimizer with use_ema=true");
  arguments.flag("--terminate-on-nan", terminate_, "end with the last finished step where numbers are no longer finite");
}

void CallbackArguments::make(std::vector<Named>& taken, bool validates) {
  // Known before the first epoch, which may take an hour.
  const auto watches = [&](const char* flag, const std::string& monitor) {
    if (validates || !monitor.starts_with("val_")) return;
    throw UsageError(std::string(flag) + " watches '" + escaped(monitor) +
                     "', but there is nothing to validate with: give --validation-split, or --validation-x and --validation-y, "
                     "or monitor=" +
                     escaped(monitor.substr(4)));
  };
  if (checkpoint_settings_ && !checkpoint_) throw UsageError("--checkpoint-settings is given without --checkpoint PATH");
  if (csv_append_ && !csv_log_) throw UsageError("--csv-append is given without --csv-log FILE");
  if (backup_freq_ && !backup_) throw UsageError("--backup-freq is given without --backup DIR");
  if (swap_ema_ && !validates)
    throw UsageError(
        "--swap-ema validates with the moving averages, but there is nothing to validate with: give --validation-split, or "
        "--validation-x and --validation-y. (An optimizer with use_ema=true ends with the averages in any case)");
  if (swap_ema_) all.push_back(SwapEMAWeights());
  if (early_stopping_) {
    KeyValues given("--early-stopping", *early_stopping_);
    EarlyStoppingOptions o;
    given.text("monitor", o.monitor);
    given.number("min_delta", o.min_delta);
    given.count("patience", o.patience);
    given.text("mode", o.mode);
    given.number("baseline", o.baseline);
    given.flag("restore_best_weights", o.restore_best_weights);
    given.count("start_from_epoch", o.start_from_epoch);
    given.finish();
    watches("--early-stopping", o.monitor);
    early_stopping = EarlyStopping(o);
    all.push_back(early_stopping);
  }
  if (reduce_lr_) {
    KeyValues given("--reduce-lr", *reduce_lr_);
    ReduceLROnPlateauOptions o;
    given.text("monitor", o.monitor);
    given.number("factor", o.factor);
    given.count("patience", o.patience);
    given.text("mode", o.mode);
    given.number("min_delta", o.min_delta);
    given.count("cooldown", o.cooldown);
    given.number("min_lr", o.min_lr);
    given.finish();
    watches("--reduce-lr", o.monitor);
    all.push_back(ReduceLROnPlateau(o));
  }
  if (checkpoint_) {
    ModelCheckpointOptions o{.filepath = *checkpoint_};
    if (checkpoint_settings_) {
      KeyValues given("--checkpoint-settings", *checkpoint_settings_);
      given.text("monitor", o.monitor);
      given.flag("save_best_only", o.save_best_only);
      given.flag("save_weights_only", o.save_weights_only);
      given.text("mode", o.mode);
      given.count("save_freq", o.save_freq);
      given.number("initial_value_threshold", o.initial_value_threshold);
      given.finish();
    }
    if (o.save_best_only) watches("--checkpoint-settings save_best_only=true", o.monitor);
    checkpoint = ModelCheckpoint(o);
    if (checkpoint_->find('{') == std::string::npos) take_output({"--checkpoint", *checkpoint_}, taken);
    all.push_back(checkpoint);
  }
  if (csv_log_) {
    take_output({"--csv-log", *csv_log_}, taken);
    all.push_back(CSVLogger({.filename = *csv_log_, .append = csv_append_}));
  }
  if (terminate_) all.push_back(TerminateOnNaN());
  if (backup_) {
    backup = BackupAndRestore({.backup_dir = *backup_, .save_freq = backup_freq_});
    all.push_back(backup);
  }
}

}  // namespace rondo::cli
