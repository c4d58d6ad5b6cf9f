// Ctrl-C while training: the first asks to stop after the current step, the second ends at once, unless what was trained is
// being written by then.
#pragma once

#include <atomic>

namespace rondo::cli {

// Takes SIGINT, SIGTERM and SIGHUP (unless nohup) over while it lives.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  const std::atomic<bool>& requested() const;
  // From now on no signal ends the process: what is being written is finished.
  void writing();
};

}  // namespace rondo::cli
