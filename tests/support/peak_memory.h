// The most memory this process has held: a test of it stands on a process of its own, as ctest starts them.
#pragma once

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

// In MB; 0 if the system does not say, and under a sanitizer, whose own memory would be measured: skip the test then.
inline double peak_megabytes() {
#ifndef RONDO_SANITIZED
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) * 1024 / 1e6;
  }
#endif
  return 0;
}

}  // namespace rondo
