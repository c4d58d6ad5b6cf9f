#include "machine.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "core/memory.h"

namespace rondo::cli {

Machine machine() {
  Machine out;
  std::ifstream info("/proc/meminfo");
  std::string key, unit;
  for (Index value = 0; info >> key >> value; std::getline(info, unit)) {
    if (key == "MemAvailable:") out.available = value * 1024;
  }
  out.memory = memory_limit();
  out.available = std::min(out.available, out.memory);
  return out;
}

}  // namespace rondo::cli
