// Regularizers by name.
#include "core/registry.h"
#include "core/parameters.h"
#include "core/words.h"
#include "rondo/regularizers/regularizer.h"

#include <cmath>

namespace rondo {

namespace detail {
void register_all_regularizers();
}

namespace {
Registry<RegularizerInfo>& registry() {
  static Registry<RegularizerInfo> r("regularizer", detail::register_all_regularizers);
  return r;
}

Parameters checked(const RegularizerInfo& info, const Regularizer& given) {
  Parameters out = merged("regularizer", info.class_name, info.parameters, given.parameters);
  for (const auto& [key, value] : out) {
    if (!(value >= 0 && std::isfinite(value))) {
      fail(Code::value,
           "regularizer '" + info.class_name + "': " + key + " must be a number from 0 on, got " + short_number(value));
    }
  }
  return out;
}
}  // namespace

const RegularizerInfo& regularizer_info(const std::string& name) { return known_entry(registry(), "regularizer", name); }
void register_regularizer(const RegularizerInfo& info) {
  registry().add(info.name, info);
  registry().add(info.class_name, info);
}
std::vector<std::string> regularizer_names() { return registry().names(); }

void check(const Regularizer& regularizer, const Shape& shape) {
  const RegularizerInfo& info = regularizer_info(regularizer.name);
  checked(info, regularizer);
  if (info.rank != 0 && shape.rank() != info.rank) {
    fail(Code::shape,
         "regularizer '" + info.class_name + "' suits values of " + std::to_string(info.rank) + " axes, not " + shape.text());
  }
}

Penalty::Penalty(const Regularizer& regularizer, const Shape& shape)
    : info_(&regularizer_info(regularizer.name)), parameters_(checked(*info_, regularizer)), shape_(shape) {
  check(regularizer, shape);
}

}  // namespace rondo
