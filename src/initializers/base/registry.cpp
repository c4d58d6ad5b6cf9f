// Initializers by name.
#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/parameters.h"
#include "core/registry.h"
#include "core/words.h"
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

constexpr const char* opened = "unit_forget_bias of ";

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

Initializer with_open_forget_gate(Initializer of) {
  if (of.name == "ones") return of;
  if (of == Initializer("zeros")) return "unit_forget_bias";
  of.name.insert(0, opened);
  return of;
}

void initialize(const Initializer& initializer, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out) {
  if (initializer.name.starts_with(opened)) {
    Initializer of = initializer;
    of.name.erase(0, std::string_view(opened).size());
    const Index units = shape.elements() / 4;
    initialize(of, {units}, seed, stream, out);
    std::fill_n(out + units, units, real(1));
    return initialize(of, {2 * units}, seed, stream | std::uint64_t{1} << 62, out + 2 * units);
  }
  const InitializerInfo& info = initializer_info(initializer.name);
  const auto parameters = merged("initializer", info.name, info.parameters, initializer.parameters);
  for (const auto& [key, value] : parameters) {
    if (std::isfinite(value) && (key != "stddev" || value >= 0)) continue;
    fail(Code::value, "initializer '" + info.name + "': " + key + " must be a finite number" +
                          (key == "stddev" ? " from 0 on" : "") + ", got " + short_number(value));
  }
  info.fill(parameters, shape, seed, stream, out);
}

}  // namespace rondo
