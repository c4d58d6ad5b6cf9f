// How much memory there is: sizes are compared with it before anything is allocated, so that a file or a plan that asks for too
// much gets a message with the figure instead of a dying process.
#pragma once

#include <string>

#include "rondo/core/types.h"

namespace rondo {

// Physical memory in bytes, or the smaller limit set on this process (RLIMIT_AS, the control group).
Index memory_limit();

// "8 bytes", "1.5 KB", "3.2 GB": powers of 1024.
std::string bytes_text(Index bytes);

// Throws Error(memory): "<what> needs 80.0 GB; this machine has 16.0 GB".
void check_memory(Index bytes, const std::string& what);

}  // namespace rondo
