// The header of a .npy file: a Python dictionary in text, read without believing it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "rondo/core/shape.h"

namespace rondo {

enum class NpyKind { boolean, signed_integer, unsigned_integer, floating };

struct NpyHeader {
  NpyKind kind = NpyKind::floating;
  Index item_size = 0;
  bool big_endian = false;
  bool fortran = false;
  Shape shape;
  Index elements = 0;
  std::size_t data_at = 0;  // where the values start; exactly elements * item_size bytes follow
  std::string dtype;        // NumPy's name
};

// Checks the whole header against the bytes that are there. Throws as load_npy does; `what` is already quoted.
NpyHeader read_npy_header(std::span<const std::byte> bytes, const std::string& what);

// Magic, version 1.0 and header for values of type `descr` ("<f4") in C order, padded as NumPy pads it.
std::string write_npy_header(const std::string& descr, const Shape& shape);

bool looks_like_npy(std::span<const std::byte> bytes);

}  // namespace rondo
