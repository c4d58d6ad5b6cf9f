// A pool of threads that share out numbered tasks. Which thread takes which task is chance; no result may depend on it.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

namespace rondo {

class Pool {
 public:
  explicit Pool(int threads);  // the calling thread is one of them: Pool(1) starts none
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls f(task, worker) for task = 0 .. tasks-1; worker < threads(), no two calls at once with one worker. Returns when all
  // have returned. At most 65,535 tasks. One caller at a time.
  template <class F>
  void run(int tasks, F&& f) noexcept {
    if (workers_.empty() || tasks <= 1) {
      for (int i = 0; i < tasks; ++i) f(i, 0);
      return;
    }
    using Function = std::remove_reference_t<F>;
    share([](void* context, int task, int worker) { (*static_cast<Function*>(context))(task, worker); },
          const_cast<void*>(static_cast<const void*>(&f)), tasks);
  }

 private:
  using Call = void (*)(void*, int, int);
  void share(Call call, void* context, int tasks) noexcept;
  void work(int worker) noexcept;
  bool take(int worker) noexcept;  // one task, if there is one

  // generation << 32 | tasks << 16 | next task: one number, so that a late thread never mixes two rounds.
  std::atomic<std::uint64_t> ticket_{0};
  std::atomic<std::uint32_t> done_{0};
  std::atomic<bool> stop_{false};
  Call call_ = nullptr;
  void* context_ = nullptr;
  std::vector<std::thread> workers_;
};

}  // namespace rondo
