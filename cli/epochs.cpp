#include "epochs.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "numbers.h"
#include "screen.h"

namespace rondo::cli {

namespace {

constexpr int bar_width = 24;

std::string number(double value) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, std::abs(value) >= 1e4 || (std::abs(value) < 1e-4 && value != 0) ? "%.2e" : "%.4f",
                value);
  return buffer;
}

}  // namespace

EpochLines::EpochLines(const Console& console, Index epochs)
    : terminal_(console.terminal()),
      epochs_(epochs),
      every_(std::max<Index>((epochs + 3) / 4, 1)),
      width_(static_cast<Index>(std::to_string(epochs).size())),
      columns_(terminal_width(STDERR_FILENO)) {}

EpochLines::~EpochLines() {
  if (unfinished_ > 0) std::cerr << std::endl;
}

std::string EpochLines::time_left(double done) const {
  const double spent = std::chrono::duration<double>(Clock::now() - begin_).count();
  if (done <= 0 || spent / done * static_cast<double>(epochs_) < 1) return {};
  const double left = spent / done * (static_cast<double>(epochs_) - done);
  return left >= 1 ? "  ETA " + clock_text(left) : std::string();
}

std::string EpochLines::line(const EpochReport& report) const {
  std::string out = report.epoch == 0 ? left("at the start", static_cast<int>(7 + 2 * width_))
                                      : "epoch " + right(std::to_string(report.epoch), static_cast<int>(width_)) + "/" +
                                            std::to_string(epochs_);
  if (std::isfinite(report.loss)) out += "  loss " + number(report.loss);
  if (std::isfinite(report.validation_loss)) out += "  val " + number(report.validation_loss) + (report.best ? "*" : " ");
  if (std::isfinite(report.skill)) out += "  skill " + right(percent(std::round(report.skill * 100) / 100 + 0.0), 4);
  if (report.epoch > 0 && report.seconds > 0) {
    out +=
        "  " + grouped(static_cast<Index>(std::llround(static_cast<double>(report.windows) / report.seconds))) + " windows/s";
  }
  return out;
}

void EpochLines::redraw(const std::string& whole) {
  const std::string text = shortened(whole, columns_ - 1);  // a line that wraps cannot be drawn over
  std::cerr << '\r' << text;
  for (std::size_t i = text.size(); i < unfinished_; ++i) std::cerr << ' ';
  unfinished_ = text.size();
}

void EpochLines::end_line(std::string text) {
  constexpr std::string_view unit = " windows";
  const std::size_t at = text.find(unit);
  if (terminal_ && columns_of(text) >= columns_ && at != std::string::npos) text.erase(at, unit.size());
  if (terminal_)
    redraw(text);
  else
    std::cerr << text;
  std::cerr << '\n' << std::flush;
  unfinished_ = 0;
  told_ = true;
}

void EpochLines::batch(Index done, Index all) {
  if (!terminal_ || all < 1) return;
  const auto now = Clock::now();
  if (now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  const Index running = last_.epoch + 1;
  const double part = static_cast<double>(done) / static_cast<double>(all);
  const auto filled = static_cast<std::size_t>(std::clamp<double>(part * bar_width, 0, bar_width));
  redraw("epoch " + right(std::to_string(running), static_cast<int>(width_)) + "/" + std::to_string(epochs_) + "  [" +
         std::string(filled, '#') + std::string(bar_width - filled, '.') + "]  batch " + grouped(done) + "/" + grouped(all) +
         time_left(static_cast<double>(last_.epoch) + part));
  std::cerr.flush();
}

void EpochLines::epoch(const EpochReport& report) {
  if (report.epoch == 0) begin_ = Clock::now();
  last_ = report;
  told_ = false;
  const bool say = terminal_ || report.epoch <= 1 || report.epoch == epochs_ || report.epoch % every_ == 0;
  if (say) end_line(line(report) + time_left(static_cast<double>(report.epoch)));
}

void EpochLines::finish() {
  if (!told_) end_line(line(last_));
}

}  // namespace rondo::cli
