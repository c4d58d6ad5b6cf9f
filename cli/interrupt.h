// Ctrl-C while training: the first asks to stop after the current step, the second ends at once.
#pragma once

#include <atomic>

namespace rondo::cli {

// Takes SIGINT and SIGTERM over while it lives.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  const std::atomic<bool>& requested() const;
};

}  // namespace rondo::cli
