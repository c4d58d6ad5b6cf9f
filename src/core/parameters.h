// The named numbers of an initializer, a regularizer or a constraint: Keras's defaults with the given ones put in.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/words.h"
#include "rondo/core/error.h"

namespace rondo {

using Parameters = std::map<std::string, double>;

// what: "initializer", name: "orthogonal", for messages. Throws Error(unsupported) for a name that is not among the defaults.
inline Parameters merged(const std::string& what, const std::string& name, Parameters defaults, const Parameters& given) {
  for (const auto& [key, value] : given) {
    const auto it = defaults.find(key);
    if (it == defaults.end()) {
      std::vector<std::string> known;
      std::string list;
      for (const auto& [other, unused] : defaults) known.push_back(other), list += (list.empty() ? "" : ", ") + other;
      fail(Code::unsupported, what + " '" + name + "' has no parameter '" + escaped(key) + "'." + did_you_mean(key, known) +
                                  (list.empty() ? " It has none." : " It has: " + list + "."));
    }
    it->second = value;
  }
  return defaults;
}

// Of a regularizer or a constraint, whose numbers are 0 or more. Throws Error(value) for others.
inline Parameters merged_from_zero(const std::string& what, const std::string& name, const Parameters& defaults,
                                   const Parameters& given) {
  Parameters out = merged(what, name, defaults, given);
  for (const auto& [key, value] : out) {
    if (!(value >= 0 && std::isfinite(value)))
      fail(Code::value, what + " '" + name + "': " + key + " must be a number from 0 on, got " + short_number(value));
  }
  return out;
}

}  // namespace rondo
