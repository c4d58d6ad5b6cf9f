// What train says while it runs, on standard error: a line an epoch, the running one redrawn with a bar on a terminal; a
// handful of lines otherwise.
//   epoch   7/100  loss 0.0312  val 0.2544*  skill 47 %  18,200 windows/s  ETA 0:03
#pragma once

#include <chrono>

#include "console.h"
#include "rondo/forecast/forecaster.h"

namespace rondo::cli {

class EpochLines {
 public:
  EpochLines(const Console& console, Index epochs);
  ~EpochLines();  // ends an unfinished line
  EpochLines(const EpochLines&) = delete;
  EpochLines& operator=(const EpochLines&) = delete;
  void epoch(const EpochReport& report);
  void batch(Index done, Index all);
  void finish();  // the last epoch, if it has not been told

 private:
  using Clock = std::chrono::steady_clock;
  std::string line(const EpochReport& report) const;
  std::string time_left(double epochs_done) const;
  void redraw(const std::string& whole);
  void end_line(std::string text);

  bool terminal_;
  Index epochs_, every_, width_;
  int columns_;
  EpochReport last_;
  bool told_ = true;  // last_ was
  Clock::time_point begin_ = Clock::now(), drawn_ = Clock::now();
  std::size_t unfinished_ = 0;
};

}  // namespace rondo::cli
