// Keras's argument seed, in a config: a whole number or None.
#pragma once

#include <cmath>
#include <optional>
#include <string>

#include "core/words.h"
#include "rondo/core/config.h"
#include "rondo/core/error.h"

namespace rondo {

inline void describe_seed(ConfigVisitor& visitor, const std::string& class_name, std::optional<Index>& seed) {
  std::optional<double> number;
  if (seed) number = static_cast<double>(*seed);
  visitor.field("seed", number);
  if (number && !(std::abs(*number) < 0x1p53 && *number == std::floor(*number)))
    fail(Code::value, class_name + ": seed must be a whole number, not " + short_number(*number));
  seed = number ? std::optional<Index>(static_cast<Index>(*number)) : std::nullopt;
}

}  // namespace rondo
