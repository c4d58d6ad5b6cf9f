// What the tests of .npy and .npz share: bytes from hex, and the code and text of an error.
#pragma once

#include <cstddef>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "rondo/core/error.h"

namespace rondo::testing {

inline const nlohmann::json& npy_golden() {
  static const nlohmann::json all = nlohmann::json::parse(std::ifstream(RONDO_SOURCE_DIR "/tests/io/golden/npy.json"));
  return all;
}

inline std::vector<std::byte> from_hex(const std::string& hex) {
  std::vector<std::byte> out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return out;
}

inline std::vector<std::byte> bytes_of(const std::string& text) {
  std::vector<std::byte> out;
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
  return out;
}

// "format: ..." or "no error".
inline std::string error_of(const std::function<void()>& what) {
  try {
    what();
  } catch (const Error& error) {
    return std::string(code_name(error.code())) + ": " + error.what();
  }
  return "no error";
}

}  // namespace rondo::testing
