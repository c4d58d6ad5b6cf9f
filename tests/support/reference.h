// Reference values written by tests/train/keras_reference.py.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "rondo/core/shape.h"

namespace rondo {

// The cases of a file under tests/.
inline nlohmann::json reference_cases(const std::string& path) {
  std::ifstream file(std::string(RONDO_SOURCE_DIR) + "/tests/" + path);
  if (!file) throw std::runtime_error("missing: tests/" + path);
  return nlohmann::json::parse(file).at("cases");
}

inline std::vector<real> reals(const nlohmann::json& list) {
  std::vector<real> out;
  for (const auto& x : list) out.push_back(static_cast<real>(x.get<double>()));
  return out;
}

inline Shape shape_of(const nlohmann::json& list) { return Shape(list.get<std::vector<Index>>()); }

// (samples, time steps) mask, empty for null.
inline std::vector<std::uint8_t> mask_of(const nlohmann::json& list) {
  return list.is_null() ? std::vector<std::uint8_t>{} : list.get<std::vector<std::uint8_t>>();
}

}  // namespace rondo
