#include "progress.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>

namespace rondo::cli {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string time_text(double seconds) {
  char buffer[40];
  if (seconds < 100) {
    std::snprintf(buffer, sizeof buffer, "%.1f s", seconds);
  } else {
    const auto whole = static_cast<long long>(std::min(seconds, 1e12));
    std::snprintf(buffer, sizeof buffer, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return buffer;
}

class Progress : public Callback {
 public:
  Progress(bool terminal, Index epochs, Index batches) : terminal_(terminal), epochs_(epochs), batches_(batches) {}

  void on_train_begin(Model&) override { train_ = epoch_start_ = drawn_ = Clock::now(); }
  void on_epoch_begin(Index epoch, Model&) override {
    epoch_ = epoch;
    epoch_start_ = Clock::now();
  }
  void on_batch_end(Index batch, const Logs& logs, Model&) override {
    if (!terminal_ || seconds_since(drawn_) < 0.1) return;
    drawn_ = Clock::now();
    const double part = static_cast<double>(batch + 1) / static_cast<double>(std::max<Index>(batches_, 1));
    const double all = (static_cast<double>(epoch_) + part) / static_cast<double>(epochs_);
    const int width = 24, full = static_cast<int>(std::min(part, 1.0) * width);
    std::cerr << "\r\x1b[K" << head() << " [" << std::string(static_cast<std::size_t>(full), '#')
              << std::string(static_cast<std::size_t>(width - full), '.') << "]" << numbers(logs) << "  "
              << time_text(seconds_since(train_) * (1 - all) / all) << " left" << std::flush;
  }
  void on_epoch_end(Index epoch, const Logs& logs, Model&) override {
    epoch_ = epoch;
    // Not on a terminal: the first epoch, the last and three between.
    const Index every = std::max<Index>((epochs_ + 3) / 4, 1);
    if (!terminal_ && epoch != 0 && epoch + 1 != epochs_ && (epoch + 1) % every != 0) return;
    std::cerr << (terminal_ ? "\r\x1b[K" : "") << head() << numbers(logs) << "  " << time_text(seconds_since(epoch_start_))
              << std::endl;
  }
  void on_train_end(Model&) override {
    if (terminal_) std::cerr << "\r\x1b[K" << std::flush;
  }

 private:
  std::string head() const { return "epoch " + std::to_string(epoch_ + 1) + "/" + std::to_string(epochs_); }
  static std::string numbers(const Logs& logs) {
    std::string out;
    for (const auto& [key, value] : logs) {
      char buffer[80];
      std::snprintf(buffer, sizeof buffer, "  %.32s %.6g", key.c_str(), value);
      out += buffer;
    }
    return out;
  }

  bool terminal_;
  Index epochs_, batches_, epoch_ = 0;
  Clock::time_point train_, epoch_start_, drawn_;
};

}  // namespace

std::shared_ptr<Callback> make_progress(const Console& console, Index epochs, Index batches) {
  return std::make_shared<Progress>(console.terminal(), epochs, batches);
}

}  // namespace rondo::cli
