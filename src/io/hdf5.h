// The subset of HDF5 that Keras writes (through h5py, "earliest" format), read and written without libhdf5:
//
//   superblock v0 - groups as B-tree v1 + local heap + symbol nodes - object headers v1 - dataspaces of any rank
//   little-endian f2 f4 f8, integers of 1 to 8 bytes, h5py's bool, strings (in attributes) - contiguous and compact data
//
// Chunks, filters, links, external or virtual data, and the newer group formats are refused by name.
// Layout of every structure: "HDF5 File Format Specification Version 3.0", The HDF Group, sections II to IV.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rondo/core/shape.h"
#include "rondo/core/types.h"

namespace rondo::hdf5 {

enum class Type { f16, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, boolean, string };
std::string_view type_name(Type type);  // "float32"
Index type_size(Type type);             // bytes of one number

// An array in a file: numbers in C order, little-endian. `bytes` points into the file's own bytes.
struct Dataset {
  Type type = Type::f32;
  Shape shape;  // () for a single number
  std::span<const std::byte> bytes;
};

// A group or a dataset.
struct Node {
  std::string name;
  bool is_group = true;
  std::vector<std::unique_ptr<Node>> children;    // of a group, in byte order of their names
  Dataset data;                                   // of a dataset
  std::map<std::string, std::string> attributes;  // those that are strings

  const Node* child(std::string_view child_name) const;
};

// Reads a whole file's structure; the bytes must outlive it. Every offset and count is checked against the bytes present
// before it is used, no byte is read as two things, so time and memory are bounded by the file's size.
// Throws Error(format) for what is damaged and Error(unsupported) for what Keras does not write.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> file);
  const Node& root() const { return *root_; }
  const Node* find(std::string_view path) const;               // "layers/lstm/cell/vars/0", nullptr if absent
  std::vector<std::string> list(std::string_view path) const;  // names in a group; {} if absent
  const Dataset& dataset(std::string_view path) const;         // throws Error(format) if absent

 private:
  std::unique_ptr<Node> root_;
};

// The numbers of a dataset as the network's type; `out` has data.shape.elements() places.
// A number that float32 cannot hold exactly is rounded (f8) or refused with Error(value) (large integers).
void convert(const Dataset& data, std::span<real> out);
// One integer, of any integer type. Throws Error(format) for anything else.
Index integer(const Dataset& data);
// One number, of any type.
double number(const Dataset& data);

// Builds a file: equal content gives equal bytes. Groups on the way to a path are made as needed.
class Writer {
 public:
  void group(std::string_view path);
  // `bytes` (C order, little-endian) must live until finish().
  void dataset(std::string_view path, Type type, const Shape& shape, std::span<const std::byte> bytes);
  void float32(std::string_view path, const Shape& shape, std::span<const float> values);
  // Small ones are kept inside.
  void int32(std::string_view path, std::int32_t value);
  void float32(std::string_view path, float value);
  std::vector<std::byte> finish() const;

 private:
  Node& make(std::string_view path, bool group);
  Node root_;
  std::vector<std::unique_ptr<std::vector<std::byte>>> kept_;
};

}  // namespace rondo::hdf5
