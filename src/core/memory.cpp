// Physical memory, the limits on this process, and figures people can read.
#include "core/memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <limits>

#include "rondo/core/error.h"

namespace rondo {
namespace {

// A figure in a one-line file of the control group ("max" and a missing file: no limit).
Index group_limit(const char* path) {
  std::ifstream in(path);
  Index value = 0;
  return in >> value && value > 0 ? value : std::numeric_limits<Index>::max();
}

Index find_limit() {
  Index limit = std::numeric_limits<Index>::max();
  const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGE_SIZE);
  if (pages > 0 && page > 0) limit = static_cast<Index>(pages) * static_cast<Index>(page);
  limit = std::min(limit, group_limit("/sys/fs/cgroup/memory.max"));
  return std::min(limit, group_limit("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
}

}  // namespace

Index memory_limit() {
  static const Index physical = find_limit();
  rlimit space{};
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY &&
      space.rlim_cur < static_cast<rlim_t>(std::numeric_limits<Index>::max())) {
    return std::min(physical, static_cast<Index>(space.rlim_cur));
  }
  return physical;
}

std::string bytes_text(Index bytes) {
  if (bytes < 1024) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  static constexpr std::array<const char*, 6> units{"KB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f ", value);
  return buffer.data() + std::string(units[unit]);
}

void check_memory(Index bytes, const std::string& what) {
  const Index limit = memory_limit();
  if (bytes > limit) fail(Code::memory, what + " needs " + bytes_text(bytes) + "; this machine has " + bytes_text(limit));
}

}  // namespace rondo
