// Keras's callbacks as options of fit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "files.h"
#include "rondo/train/callbacks.h"

namespace rondo::cli {

class CallbackArguments {
 public:
  void declare(Arguments& arguments);
  // Throws UsageError. taken: files that callbacks must not write to; theirs are added. validates: there is something to
  // validate with.
  void make(std::vector<Named>& taken, bool validates);

  Callbacks all;  // after make()
  std::shared_ptr<EarlyStoppingCallback> early_stopping;
  std::shared_ptr<ModelCheckpointCallback> checkpoint;
  std::shared_ptr<BackupAndRestoreCallback> backup;

 private:
  std::optional<std::string> early_stopping_, reduce_lr_, checkpoint_, checkpoint_settings_, csv_log_, backup_;
  std::optional<Index> backup_freq_;
  bool csv_append_ = false, swap_ema_ = false, terminate_ = false;
};

}  // namespace rondo::cli
