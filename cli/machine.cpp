#include "machine.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace rondo::cli {

Machine machine() {
  Machine out;
  std::ifstream info("/proc/meminfo");
  std::string key, unit;
  for (Index value = 0; info >> key >> value; std::getline(info, unit)) {
    if (key == "MemTotal:") out.memory = value * 1024;
    if (key == "MemAvailable:") out.available = value * 1024;
  }
  // A container's limit (control groups, version 2 and 1). "max" and absurd values mean none.
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    Index limit = 0;
    if (file >> limit && limit > 0 && limit < out.memory) {
      out.memory = limit;
      out.available = std::min(out.available, limit);
    }
  }
  return out;
}

}  // namespace rondo::cli
