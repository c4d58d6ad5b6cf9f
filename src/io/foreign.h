// What a file is, judged by its first bytes: for messages about files of the wrong kind.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace rondo {

// "a NumPy .npy array", "a Keras model (.keras)", "CSV text", ... or "" if nothing is recognised.
std::string recognised(std::span<const std::byte> bytes);

// "; it looks like <recognised>", or "".
std::string looks_like(std::span<const std::byte> bytes);

}  // namespace rondo
