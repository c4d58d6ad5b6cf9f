// What the messages of a dataset's header say: its shape and the type of its numbers.
#include <array>

#include "io/hdf5_parts.h"
#include "rondo/core/error.h"

namespace rondo::hdf5 {
namespace {

constexpr std::size_t max_rank = 32;  // as libhdf5

DataType datatype(Cursor& c, int depth) {
  if (depth > 2) damaged("a datatype nested too deep");
  const unsigned head = c.u8();
  const unsigned version = head >> 4;
  if (version < 1 || version > 3) damaged("a datatype of unknown version");
  const unsigned bits = c.u8();
  c.skip(2);
  DataType out;
  out.size = c.u32();
  switch (head & 15) {
    case 0: {
      if (bits & 1) refused("big-endian numbers");
      const bool is_signed = bits & 8;
      const unsigned offset = c.u16(), precision = c.u16();
      if (offset != 0 || precision != 8 * out.size) refused("integers of odd sizes");
      switch (out.size) {
        case 1:
          out.type = is_signed ? Type::i8 : Type::u8;
          break;
        case 2:
          out.type = is_signed ? Type::i16 : Type::u16;
          break;
        case 4:
          out.type = is_signed ? Type::i32 : Type::u32;
          break;
        case 8:
          out.type = is_signed ? Type::i64 : Type::u64;
          break;
        default:
          refused("integers of odd sizes");
      }
      return out;
    }
    case 1: {
      if (bits & 0x41) refused("big-endian numbers");
      const std::array<unsigned, 7> is_now{c.u16(), c.u16(), c.u8(), c.u8(), c.u8(), c.u8(), c.u32()};
      struct Ieee {
        Type type;
        std::uint64_t size;
        std::array<unsigned, 7> layout;  // offset, precision, exponent at and size, mantissa at and size, bias
      };
      static constexpr Ieee known[] = {{Type::f16, 2, {0, 16, 10, 5, 0, 10, 15}},
                                       {Type::f32, 4, {0, 32, 23, 8, 0, 23, 127}},
                                       {Type::f64, 8, {0, 64, 52, 11, 0, 52, 1023}}};
      for (const Ieee& k : known) {
        if (k.size == out.size && k.layout == is_now) {
          out.type = k.type;
          return out;
        }
      }
      refused("floating-point numbers that are not IEEE half, single or double");
    }
    case 3:
      out.type = Type::string;
      return out;
    case 8: {  // h5py writes bool as an enumeration of one byte
      const DataType base = datatype(c, depth + 1);
      if (base.size != 1 || (base.type != Type::i8 && base.type != Type::u8)) refused("enumerations");
      out.type = Type::boolean;
      out.size = 1;
      return out;
    }
    case 9:
      if ((bits & 15) != 1) refused("sequences of variable length");
      out.type = Type::string;
      out.variable = true;
      if (out.size != 16) damaged("a string reference of the wrong size");
      return out;
    case 2:
      refused("times");
    case 4:
      refused("bit fields");
    case 5:
      refused("opaque data");
    case 6:
      refused("compound types");
    case 7:
      refused("references");
    case 10:
      refused("array types");
    default:
      damaged("a datatype of unknown class");
  }
}

}  // namespace

void damaged(const std::string& what) { fail(Code::format, "damaged HDF5 data: " + what); }
void refused(const std::string& what) {
  fail(Code::unsupported, "this HDF5 file uses " + what + ", which Keras model files do not");
}

Shape read_dataspace(Bytes data) {
  Cursor c(data, "a dataspace");
  const unsigned version = c.u8();
  const unsigned rank = c.u8();
  c.skip(1);  // flags: whether maximal sizes follow
  if (version == 1) {
    c.skip(5);
  } else if (version == 2) {
    if (c.u8() == 2) refused("empty dataspaces (null)");
  } else {
    damaged("a dataspace of unknown version");
  }
  if (rank > max_rank) damaged("a dataspace of rank " + std::to_string(rank));
  Shape shape;
  for (unsigned i = 0; i < rank; ++i) {
    const std::uint64_t size = c.u64();
    if (size > static_cast<std::uint64_t>(INT64_MAX)) damaged("a dataspace with a size beyond 2^63");
    shape.push_back(static_cast<Index>(size));
  }
  return shape;
}

std::string message_name(unsigned type) {
  switch (type) {
    case 0x02:
      return "groups of the newer format (link info)";
    case 0x06:
      return "links of the newer format";
    case 0x07:
      return "external data files";
    case 0x09:
      return "a test message (bogus)";
    case 0x0A:
      return "groups of the newer format (group info)";
    case 0x0B:
      return "filters (compression)";
    case 0x0F:
      return "shared messages";
    case 0x15:
      return "attributes of the newer format (attribute info)";
    default:
      return "header message number " + std::to_string(type);
  }
}

DataType read_datatype(Bytes data) {
  Cursor c(data, "a datatype");
  return datatype(c, 0);
}

std::uint64_t byte_count(const Shape& shape, std::uint64_t size) {
  std::uint64_t n = size;
  bool overflow = false;
  for (const Index d : shape) {
    if (d == 0) return 0;
    if (n > UINT64_MAX / static_cast<std::uint64_t>(d)) overflow = true;
    n = overflow ? 0 : n * static_cast<std::uint64_t>(d);
  }
  if (overflow) damaged("a dataset of shape " + shape.text() + ", more than there can be");
  return n;
}

}  // namespace rondo::hdf5
