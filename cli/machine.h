// How much memory this process may use.
#pragma once

#include "rondo/core/types.h"

namespace rondo::cli {

struct Machine {
  Index memory = 0;     // bytes this process could ever have: the machine's, or less where a control group says so; 0: unknown
  Index available = 0;  // bytes that are free now
};
Machine machine();

}  // namespace rondo::cli
