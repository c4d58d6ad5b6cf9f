#include "progress.h"

#include <algorithm>
#include <iostream>

#include "numbers.h"

namespace rondo::cli {

namespace {

// The first epoch, the last and three between.
class FewLines : public Callback {
 public:
  explicit FewLines(Index epochs) : epochs_(epochs), every_(std::max<Index>((epochs + 3) / 4, 1)) {}

  void on_epoch_end(Index epoch, const Logs& logs, Model&) override {
    if (epoch != 0 && epoch + 1 != epochs_ && (epoch + 1) % every_ != 0) return;
    std::cerr << "epoch " << epoch + 1 << '/' << epochs_;
    for (const auto& [key, value] : logs) {
      std::cerr << "  " << key.substr(0, 32) << ' ' << score(value);
    }
    std::cerr << std::endl;
  }

 private:
  Index epochs_, every_;
};

}  // namespace

void show_progress(const Console& console, FitOptions& options) {
  if (console.terminal()) {
    options.verbose = &std::cerr;
    options.terminal = true;
  } else {
    options.callbacks.push_back(std::make_shared<FewLines>(options.epochs));
  }
}

}  // namespace rondo::cli
