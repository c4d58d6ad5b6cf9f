// The workloads of docs/performance.md: LSTM(units) -> Dense(1) on the last step; a training step is forward + MSE + backward +
// Adam.
#pragma once

#include <string_view>

#include "rondo/core/types.h"

namespace rondo {

struct Workload {
  const char* name;
  Index batch, steps, features, units;
  Index stacked;  // units of a second LSTM, or 0

  // FLOP of one forward pass: two products of (F + H) x 4H a step and sample. Training costs three times that.
  double forward_flop() const {
    const auto layer = [&](Index f, Index h) { return 2.0 * static_cast<double>(steps * batch * (f + h) * 4 * h); };
    return layer(features, units) + (stacked ? layer(units, stacked) : 0.0);
  }
};

inline constexpr Workload workloads[] = {
    {"W1", 32, 10, 1, 32, 0},      {"W2", 32, 50, 2, 32, 0}, {"W3", 64, 100, 10, 128, 0},  {"W4", 128, 50, 64, 512, 0},
    {"W5", 64, 100, 32, 256, 256}, {"I1", 1, 50, 2, 32, 0},  {"I3", 256, 100, 10, 128, 0},
};

inline const Workload& workload(const char* name) {
  for (const Workload& w : workloads)
    if (std::string_view(w.name) == name) return w;
  return workloads[0];
}

}  // namespace rondo
