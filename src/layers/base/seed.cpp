#include "layers/base/seed.h"

#include <cmath>

#include "core/words.h"
#include "rondo/core/error.h"

namespace rondo {

namespace {

[[noreturn]] void refuse(const std::string& whose, const std::string& got) {
  fail(Code::value, whose + ": seed must be a whole number from -2^53 to 2^53, got " + got);
}

}  // namespace

void describe_seed(ConfigVisitor& visitor, const std::string& class_name, std::optional<Index>& seed) {
  std::optional<double> number;
  if (seed) number = static_cast<double>(*seed);
  visitor.field("seed", number);
  if (number && !(std::abs(*number) <= 0x1p53 && *number == std::floor(*number)))  // NaN too
    refuse(class_name, short_number(*number));
  seed = number ? std::optional<Index>(static_cast<Index>(*number)) : std::nullopt;
}

void require_seed(const Layer& layer, const std::optional<Index>& seed) {
  constexpr Index most = Index{1} << 53;
  if (seed && (*seed > most || *seed < -most)) refuse(layer.described(), std::to_string(*seed));
}

}  // namespace rondo
