// The most memory this process has held: a test of it stands on a process of its own, as ctest starts them.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RONDO_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define RONDO_SANITIZED 1
#endif
#endif

namespace rondo {

// In MB.
inline double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) * 1024 / 1e6;
  }
  ADD_FAILURE() << "the system does not say how much memory this process held";
  return 0;
}

// `before`: an earlier peak_megabytes(), 0 for the whole process. Under a sanitizer its own memory would be measured: the rest
// of the test runs there, this does not.
inline void expect_peak_growth_below([[maybe_unused]] double before, [[maybe_unused]] double megabytes) {
#ifndef RONDO_SANITIZED
  EXPECT_LT(peak_megabytes() - before, megabytes) << "MB";
#endif
}

}  // namespace rondo
