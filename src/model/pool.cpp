#include "model/pool.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace rondo {
namespace {

// Between two phases of a training step a thread has nothing to do for some microseconds: worth spinning for, but not for long,
// since the core may be wanted by others.
constexpr int spins = 2000;

void pause() noexcept {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

std::uint32_t tasks_of(std::uint64_t ticket) { return static_cast<std::uint32_t>(ticket >> 16) & 0xffff; }
std::uint32_t next_of(std::uint64_t ticket) { return static_cast<std::uint32_t>(ticket) & 0xffff; }

}  // namespace

Pool::Pool(int threads) {
  workers_.reserve(static_cast<std::size_t>(threads > 1 ? threads - 1 : 0));
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  } catch (...) {
    // Fewer threads than asked for: slower, never different. A worker's number stays below threads().
  }
}

Pool::~Pool() {
  stop_.store(true, std::memory_order_relaxed);
  ticket_.fetch_add(std::uint64_t{1} << 32, std::memory_order_acq_rel);
  ticket_.notify_all();
  for (std::thread& t : workers_) t.join();
}

bool Pool::take(int worker) noexcept {
  std::uint64_t t = ticket_.load(std::memory_order_acquire);
  if (next_of(t) >= tasks_of(t)) return false;
  t = ticket_.fetch_add(1, std::memory_order_acq_rel);
  if (next_of(t) >= tasks_of(t)) return false;
  // The round cannot end, nor call_ and context_ change, before this task is done.
  call_(context_, static_cast<int>(next_of(t)), worker);
  if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == tasks_of(t)) done_.notify_one();
  return true;
}

void Pool::work(int worker) noexcept {
  for (;;) {
    while (take(worker)) {
    }
    const std::uint64_t seen = ticket_.load(std::memory_order_acquire);
    if (next_of(seen) < tasks_of(seen)) continue;
    if (stop_.load(std::memory_order_relaxed)) return;
    int i = 0;
    while (i < spins && ticket_.load(std::memory_order_acquire) == seen) ++i, pause();
    if (i == spins) ticket_.wait(seen, std::memory_order_acquire);
  }
}

void Pool::share(Call call, void* context, int tasks) noexcept {
  call_ = call;
  context_ = context;
  done_.store(0, std::memory_order_relaxed);
  const std::uint64_t generation = (ticket_.load(std::memory_order_relaxed) >> 32) + 1;
  ticket_.store(generation << 32 | static_cast<std::uint64_t>(tasks) << 16, std::memory_order_release);
  ticket_.notify_all();
  while (take(0)) {
  }
  const auto all = static_cast<std::uint32_t>(tasks);
  int i = 0;
  for (std::uint32_t d; (d = done_.load(std::memory_order_acquire)) != all;) {
    if (++i < spins)
      pause();
    else
      done_.wait(d, std::memory_order_acquire);
  }
}

}  // namespace rondo
