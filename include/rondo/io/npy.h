// NumPy's .npy and .npz files, both ways.
//
// The network computes in `real` (float32). Reading converts from any usual number type, and says when something would be lost:
// Conversion::exact refuses it, Conversion::nearest rounds it. Nothing a file declares is believed before it is checked against
// the bytes that are there.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rondo/core/array.h"

namespace rondo {

enum class Conversion {
  exact,    // every value must be representable: otherwise Error(value) with the type, how many, the first, and the fix
  nearest,  // float64 rounds to the nearest `real`; overflow to infinity and integers that would change are still refused
};

// What a .npy file was, for those who want to say so.
struct NpyInfo {
  std::string dtype;               // NumPy's name: "float64", "int32", "bool"; " (big-endian)" is added where it is
  Shape shape;                     // as in the file; () for a single number
  bool fortran = false;            // stored in column-major order (converted to C order)
  Index rounded = 0;               // values that Conversion::nearest changed
  std::string first_rounded = {};  // the index of the first of them, "(3, 0)"
};

// Arrays and their keys, in the order of the archive.
class NamedArrays : public std::vector<std::pair<std::string, Array>> {
 public:
  using vector::vector;
  using vector::operator[];
  // data["x"]. Throws Error(value) with the keys there are.
  const Array& operator[](std::string_view key) const&;
  Array operator[](std::string_view key) && { return std::as_const(*this)[key]; }  // of load_npz(path)["x"]
};

// Throws Error(not_found) for a file that cannot be read, Error(format) for one that is not a sound .npy file (saying what it
// looks like instead), Error(unsupported) for complex, string, structured and object types, Error(value) for values that do not
// convert, Error(memory) for more than this machine holds.
Array load_npy(const std::string& path, Conversion conversion = Conversion::exact, NpyInfo* info = nullptr);
NamedArrays load_npz(const std::string& path, Conversion conversion = Conversion::exact);

// Written little-endian in C order, format 1.0, as float32; atomically (see Error(output)).
void save_npy(const std::string& path, const Array& array);
// Keys become members "<key>.npy", stored; equal content gives equal bytes. Throws Error(value) for a key given twice.
void save_npz(const std::string& path, const NamedArrays& arrays);

// The same from and to bytes in memory. `what` names them in errors: a path, "standard input".
Array npy_from_bytes(std::span<const std::byte> bytes, const std::string& what, Conversion conversion = Conversion::exact,
                     NpyInfo* info = nullptr);
std::vector<std::byte> npy_to_bytes(const Array& array);
NamedArrays npz_from_bytes(std::span<const std::byte> bytes, const std::string& what,
                           Conversion conversion = Conversion::exact);
std::vector<std::byte> npz_to_bytes(const NamedArrays& arrays);

// Columns of data are kept in double: any number type but integers beyond 2^53, which do not fit a double, converts exactly.
struct NpyDoubles {
  Shape shape;
  std::vector<double> values;  // C order
};
NpyDoubles npy_doubles(std::span<const std::byte> bytes, const std::string& what, NpyInfo* info = nullptr);

}  // namespace rondo
