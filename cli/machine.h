// How much memory this process may use.
#pragma once

#include "rondo/core/types.h"

namespace rondo::cli {

struct Machine {
  Index memory = 0;     // bytes this process could ever have
  Index available = 0;  // bytes of it that are free now
};
Machine machine();

}  // namespace rondo::cli
