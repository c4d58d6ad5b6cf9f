#include "interrupt.h"

#include <unistd.h>

#include <csignal>

#include "console.h"

namespace rondo::cli {

namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");
struct sigaction previous_int, previous_term;

void handle(int) {
  // Nothing is being written while this handler is installed (see Uninterrupted), so no half file can be left.
  if (stop.exchange(true)) _exit(Exit::interrupted);
}

}  // namespace

Interrupt::Interrupt() {
  stop = false;
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &previous_int);
  sigaction(SIGTERM, &action, &previous_term);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &previous_int, nullptr);
  sigaction(SIGTERM, &previous_term, nullptr);
}

const std::atomic<bool>& Interrupt::requested() const { return stop; }

}  // namespace rondo::cli
