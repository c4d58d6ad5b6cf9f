// Initializers by name.
#include "core/registry.h"
#include "core/parameters.h"
#include "rondo/initializers/initializer.h"

namespace rondo {

namespace detail {
void register_all_initializers();
}

namespace {

Registry<InitializerInfo>& registry() {
  static Registry<InitializerInfo> r("initializer", detail::register_all_initializers);
  return r;
}

}  // namespace

void register_initializer(const InitializerInfo& info, const std::vector<std::string>& aliases) {
  registry().add(info.name, info);
  registry().add(info.class_name, info);
  for (const std::string& alias : aliases) registry().add(alias, info);
}

const InitializerInfo& initializer_info(const std::string& name) { return registry().get(name); }

std::vector<std::string> initializer_names() { return registry().names(); }

Initializer canonical(const Initializer& initializer) {
  const InitializerInfo& info = initializer_info(initializer.name);
  Initializer out(info.name);
  for (const auto& [key, value] : merged("initializer", info.name, info.parameters, initializer.parameters)) {
    if (value != info.parameters.at(key)) out.parameters[key] = value;
  }
  return out;
}

void initialize(const Initializer& initializer, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  const InitializerInfo& info = initializer_info(initializer.name);
  info.fill(merged("initializer", info.name, info.parameters, initializer.parameters), shape, seed, stream, out);
}

}  // namespace rondo
