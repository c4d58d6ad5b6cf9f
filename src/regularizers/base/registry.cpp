// Regularizers by name.
#include <cmath>

#include "core/parameters.h"
#include "core/registry.h"
#include "core/words.h"
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
  Parameters out = merged_from_zero("regularizer", info.class_name, info.parameters, given.parameters);
  for (const auto& [key, words] : info.words) {
    const double word = out.at(key), last = static_cast<double>(words.size()) - 1;
    if (word != std::floor(word) || word > last)
      fail(Code::value, "regularizer '" + info.class_name + "': " + key + " is the number of a word, 0 to " +
                            short_number(last) + ", got " + short_number(word));
  }
  return out;
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
