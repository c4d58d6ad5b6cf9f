// What the fuzzers share: a reader may throw Error, nothing else, and never Error(internal).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "rondo/core/error.h"

namespace rondo {

template <class Read>
int survives(Read read) {
  try {
    read();
  } catch (const Error& e) {
    if (e.code() == Code::internal) std::abort();
  }
  return 0;
}

inline std::span<const std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

}  // namespace rondo
