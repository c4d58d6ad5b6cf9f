// Regularizers by name.
#include "core/parameters.h"
#include "core/registry.h"
#include "rondo/core/error.h"
#include "rondo/regularizers/regularizer.h"

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
  return merged_from_zero("regularizer", info.class_name, info.parameters, given.parameters);
}
}  // namespace

const RegularizerInfo& regularizer_info(const std::string& name) { return registry().get(name); }
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
