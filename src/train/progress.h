// What fit says while it runs: one line an epoch,
//   epoch 7/50  loss 0.0123  val_loss 0.0150  312 it/s  ETA 0:41
// On a terminal the running epoch's line is redrawn in place. Rate and time left are told only when there is time to read them.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "rondo/model/model.h"

namespace rondo {

class Progress {
 public:
  Progress(std::ostream* out, bool terminal, Index first_epoch, Index epochs, Index batches);
  ~Progress();  // ends an unfinished line, so that what is said next (an error, say) has one of its own
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // Where a fit that was broken off goes on.
  void first_epoch(Index epoch) { first_epoch_ = epoch; }
  void epoch_begin(Index epoch);
  void batch_end(Index batch, double loss);
  void epoch_end(const Logs& logs);

 private:
  using Clock = std::chrono::steady_clock;
  std::string pace(double done) const;
  void redraw(const std::string& line);

  std::ostream* out_;
  bool terminal_;
  Index first_epoch_, epochs_, batches_;
  Index epoch_ = 0;
  Clock::time_point begin_, epoch_begin_, drawn_;
  std::size_t width_ = 0;  // of the unfinished line
};

}  // namespace rondo
