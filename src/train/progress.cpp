#include "train/progress.h"

#include <cmath>
#include <cstdio>
#include <ostream>

namespace rondo {

namespace {

double seconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double>(d).count(); }

std::string number(double value) {
  if (std::isnan(value)) return "nan";
  char text[32];
  std::snprintf(text, sizeof text, std::abs(value) >= 1e-3 || value == 0 ? "%.4f" : "%.3e", value);
  return text;
}

std::string clock_time(double left) {
  const auto total = static_cast<long long>(std::llround(left));
  char text[48];
  if (total >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", total / 3600, total / 60 % 60, total % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", total / 60, total % 60);
  }
  return text;
}

}  // namespace

Progress::Progress(std::ostream* out, bool terminal, Index first_epoch, Index epochs, Index batches)
    : out_(out), terminal_(terminal), first_epoch_(first_epoch), epochs_(epochs), batches_(batches), begin_(Clock::now()) {}

void Progress::epoch_begin(Index epoch) {
  epoch_ = epoch;
  epoch_begin_ = drawn_ = Clock::now();
}

// "  312 it/s  ETA 0:41" after `done` epochs of this fit, a fraction included; "" when all of it takes less than a second.
std::string Progress::pace(double done) const {
  const double spent = seconds(Clock::now() - begin_);
  if (done <= 0 || spent <= 0) return {};
  const double all = static_cast<double>(epochs_ - first_epoch_);
  if (spent / done * all < 1) return {};
  char text[64];
  const double rate = done * static_cast<double>(batches_) / spent;
  std::snprintf(text, sizeof text, rate < 10 ? "  %.1f it/s" : "  %.0f it/s", rate);
  const double left = spent / done * (all - done);
  return text + (left >= 1 ? "  ETA " + clock_time(left) : std::string());
}

void Progress::redraw(const std::string& line) {
  *out_ << '\r' << line;
  for (std::size_t i = line.size(); i < width_; ++i) *out_ << ' ';
  width_ = line.size();
}

void Progress::batch_end(Index batch, double loss) {
  if (!out_ || !terminal_) return;
  const auto now = Clock::now();
  if (now - drawn_ < std::chrono::milliseconds(200)) return;
  drawn_ = now;
  const double done =
      static_cast<double>(epoch_ - first_epoch_) + static_cast<double>(batch + 1) / static_cast<double>(batches_);
  redraw("epoch " + std::to_string(epoch_ + 1) + "/" + std::to_string(epochs_) + "  batch " + std::to_string(batch + 1) + "/" +
         std::to_string(batches_) + "  loss " + number(loss) + pace(done));
  out_->flush();
}

void Progress::epoch_end(const Logs& logs) {
  if (!out_) return;
  std::string line = "epoch " + std::to_string(epoch_ + 1) + "/" + std::to_string(epochs_);
  const auto say = [&](const std::string& key, double value) { line += "  " + key + " " + number(value); };
  for (const char* key : {"loss", "val_loss"}) {
    if (const auto it = logs.find(key); it != logs.end()) say(key, it->second);
  }
  for (const auto& [key, value] : logs) {
    if (key != "loss" && key != "val_loss") say(key, value);
  }
  line += pace(static_cast<double>(epoch_ + 1 - first_epoch_));
  if (terminal_) {
    redraw(line);
  } else {
    *out_ << line;
  }
  *out_ << '\n';
  out_->flush();
  width_ = 0;
}

Progress::~Progress() {
  if (width_ == 0) return;
  try {
    *out_ << '\n' << std::flush;
  } catch (...) {  // a stream that throws has nothing to say at the end
  }
}

}  // namespace rondo
