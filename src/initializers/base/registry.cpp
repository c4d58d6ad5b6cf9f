// Initializers by name.
#include "core/registry.h"
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

// Keras's parameters with the given ones put in.
std::map<std::string, double> merged(const InitializerInfo& info, const std::map<std::string, double>& given) {
  std::map<std::string, double> out = info.parameters;
  for (const auto& [key, value] : given) {
    const auto it = out.find(key);
    if (it == out.end()) {
      std::vector<std::string> known;
      for (const auto& [name, unused] : info.parameters) known.push_back(name);
      fail(Code::unsupported,
           "initializer '" + info.name + "' has no parameter '" + escaped(key) + "'." + did_you_mean(key, known));
    }
    it->second = value;
  }
  return out;
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
  for (const auto& [key, value] : merged(info, initializer.parameters)) {
    if (value != info.parameters.at(key)) out.parameters[key] = value;
  }
  return out;
}

void initialize(const Initializer& initializer, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  const InitializerInfo& info = initializer_info(initializer.name);
  info.fill(merged(info, initializer.parameters), shape, seed, stream, out);
}

}  // namespace rondo
