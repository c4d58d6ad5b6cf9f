// What the parts of the HDF5 reader share: a cursor that never reads past its bytes, and the two kinds of refusal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "io/hdf5.h"

namespace rondo::hdf5 {

using Bytes = std::span<const std::byte>;

[[noreturn]] void damaged(const std::string& what);
// What the file uses is sound HDF5, but nothing that Keras writes.
[[noreturn]] void refused(const std::string& what);

// Reads numbers one after another from a stretch of bytes; never past its end.
class Cursor {
 public:
  Cursor(Bytes bytes, const char* what) : bytes_(bytes), what_(what) {}
  std::uint64_t number(std::size_t size) {
    const Bytes raw = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= static_cast<std::uint64_t>(raw[i]) << (8 * i);
    return value;
  }
  unsigned u8() { return static_cast<unsigned>(number(1)); }
  unsigned u16() { return static_cast<unsigned>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  Bytes take(std::uint64_t size) {
    if (size > bytes_.size() - at_) damaged(std::string(what_) + " is cut short");
    const Bytes out = bytes_.subspan(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return out;
  }
  void skip(std::uint64_t size) { take(size); }
  void align(std::size_t to) { skip(std::min((to - at_ % to) % to, left())); }
  std::size_t left() const { return bytes_.size() - at_; }
  const char* what() const { return what_; }

 private:
  Bytes bytes_;
  const char* what_;
  std::size_t at_ = 0;
};

// What a number in a file is.
struct DataType {
  Type type = Type::f32;
  std::uint64_t size = 0;  // bytes in the file
  bool variable = false;   // a string in the global heap
};

// The data of a dataspace message and of a datatype message.
Shape read_dataspace(Bytes data);
DataType read_datatype(Bytes data);
// What a header message of this type would mean, for a refusal.
std::string message_name(unsigned type);
// Bytes of an array; refuses what does not fit 64 bits.
std::uint64_t byte_count(const Shape& shape, std::uint64_t size);

}  // namespace rondo::hdf5
