#include "numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace rondo::cli {

namespace {

std::string printed(const char* format, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

}  // namespace

int decimals_for(std::span<const double> values) {
  double smallest = 0;
  for (const double v : values) {
    const double size = std::abs(v);
    if (std::isfinite(v) && size > 0 && (smallest == 0 || size < smallest)) smallest = size;
  }
  return smallest == 0 ? 2 : std::clamp(3 - static_cast<int>(std::floor(std::log10(smallest))), 0, 6);
}

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "-";
  if (std::abs(value) >= 1e8 || (value != 0 && std::abs(value) < 1e-5)) return printed("%.3e", value);
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  return buffer;
}

std::string score(double value) { return std::isnan(value) ? "nan" : printed("%.6g", value); }

std::string axis_number(double value, double step) {
  if (std::abs(value) < step / 2) return "0";
  char buffer[64];
  const double size = std::abs(value);
  if (size >= 1e8 || step < 1e-6) {
    const int digits = std::clamp(static_cast<int>(std::ceil(std::log10(size / step))) + 1, 1, 12);
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
  } else {
    std::snprintf(buffer, sizeof buffer, "%.*f", std::max(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0), value);
  }
  return buffer;
}

std::string clock_text(double seconds) {
  const auto total = static_cast<long long>(std::llround(std::clamp(seconds, 0.0, 1e9)));
  char buffer[48];
  if (total >= 3600) {
    std::snprintf(buffer, sizeof buffer, "%lld:%02lld:%02lld", total / 3600, total / 60 % 60, total % 60);
  } else {
    std::snprintf(buffer, sizeof buffer, "%lld:%02lld", total / 60, total % 60);
  }
  return buffer;
}

std::string duration_text(double seconds) {
  if (seconds < 0.001) return printed("%.2g ms", seconds * 1e3);
  if (seconds < 0.9995) return printed("%.3g ms", seconds * 1e3);
  if (seconds < 99.95) return printed("%.1f s", seconds);
  if (seconds < 7200) return printed("%.0f min", seconds / 60);
  return printed("%.1f h", seconds / 3600);
}

std::string percent(double part) {
  const double p = part * 100;
  if (std::abs(p) >= 1e6) return printed("%.2e %%", p);
  return printed(std::abs(p) < 9.95 && std::abs(p - std::round(p)) > 0.05 ? "%.1f %%" : "%.0f %%", p);
}

}  // namespace rondo::cli
