#include "interrupt.h"

#include <unistd.h>

#include <array>
#include <csignal>

#include "console.h"

namespace rondo::cli {

namespace {

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
std::atomic<bool> stop{false}, write{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");
std::array<struct sigaction, signals.size()> previous;

void handle(int) {
  // Outputs are written only after writing() was called, so no half file can be left.
  if (stop.exchange(true) && !write) _exit(Exit::interrupted);
}

}  // namespace

Interrupt::Interrupt() {
  stop = false;
  write = false;
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    sigaction(signals[i], nullptr, &previous[i]);
    const bool nohup = signals[i] == SIGHUP && previous[i].sa_handler == SIG_IGN;
    if (!nohup) sigaction(signals[i], &action, nullptr);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &previous[i], nullptr);
}

void Interrupt::writing() { write = true; }

const std::atomic<bool>& Interrupt::requested() const { return stop; }

}  // namespace rondo::cli
