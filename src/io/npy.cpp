// .npy values: every usual number type to `real` (or double), with an account of what does not convert.
#include "rondo/io/npy.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/memory.h"
#include "io/file.h"
#include "io/npy_header.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

std::string quoted(const std::string& what) { return "'" + escaped(what) + "'"; }

// Sixteen bits of IEEE half precision, exactly.
float half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 31) {
    return fraction == 0 ? sign * std::numeric_limits<float>::infinity()
                         : std::copysign(std::numeric_limits<float>::quiet_NaN(), sign);
  }
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
}

template <class Bits>
Bits load(const std::byte* at, bool swap) {
  Bits bits;
  std::memcpy(&bits, at, sizeof bits);
  if (!swap || sizeof bits == 1) return bits;
  Bits out = 0;
  for (std::size_t k = 0; k < sizeof bits; ++k) {
    out = static_cast<Bits>((sizeof bits > 1 ? out << (sizeof bits > 1 ? 8 : 0) : out) | (bits >> (8 * k) & 0xFF));
  }
  return out;
}

enum class Loss { none, rounded, overflow, integer };

// One value to T and what the conversion lost.
template <class T>
Loss convert(double value, T& out) {
  out = static_cast<T>(value);
  if (static_cast<double>(out) == value || std::isnan(value)) return Loss::none;
  return std::isinf(out) ? Loss::overflow : Loss::rounded;
}
template <class T>
Loss convert(float value, T& out) {
  out = value;
  return Loss::none;
}
template <class T>
Loss convert_integer(std::uint64_t magnitude, bool negative, T& out) {
  out = static_cast<T>(magnitude);
  if (negative) out = -out;
  const int digits = magnitude == 0 ? 0 : std::bit_width(magnitude) - std::countr_zero(magnitude);
  return digits <= std::numeric_limits<T>::digits ? Loss::none : Loss::integer;
}

struct Tally {
  struct Kind {
    Index count = 0, first = 0;  // the first in the order of the file
  };
  Kind rounded, overflow, integer;
  void note(Loss loss, Index at) {
    Kind& kind = loss == Loss::rounded ? rounded : loss == Loss::overflow ? overflow : integer;
    if (kind.count++ == 0) kind.first = at;
  }
};

// Values in the order of the file.
template <class T>
Tally convert_all(const NpyHeader& header, const std::byte* data, std::vector<T>& out) {
  out.resize(static_cast<std::size_t>(header.elements));
  Tally tally;
  const auto each = [&](auto&& one) {
    for (Index i = 0; i < header.elements; ++i) {
      const Loss loss = one(data + i * header.item_size, out[static_cast<std::size_t>(i)]);
      if (loss != Loss::none) [[unlikely]]
        tally.note(loss, i);
    }
  };
  const bool swap = header.big_endian != (std::endian::native == std::endian::big);
  const auto integers = [&](auto bits) {
    using Bits = decltype(bits);
    using Signed = std::make_signed_t<Bits>;
    const bool is_signed = header.kind == NpyKind::signed_integer;
    each([swap, is_signed](const std::byte* at, T& to) {
      const Bits value = load<Bits>(at, swap);
      const bool negative = is_signed && static_cast<Signed>(value) < 0;
      const std::uint64_t wide =
          negative ? static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<Signed>(value))) : value;
      return convert_integer(negative ? ~wide + 1 : wide, negative, to);
    });
  };
  if (header.kind == NpyKind::boolean) {
    each([](const std::byte* at, T& to) {
      to = *at == std::byte(0) ? T(0) : T(1);
      return Loss::none;
    });
  } else if (header.kind == NpyKind::floating) {
    if (header.item_size == 2)
      each([swap](const std::byte* at, T& to) { return convert(half(load<std::uint16_t>(at, swap)), to); });
    if (header.item_size == 4)
      each([swap](const std::byte* at, T& to) { return convert(std::bit_cast<float>(load<std::uint32_t>(at, swap)), to); });
    if (header.item_size == 8)
      each([swap](const std::byte* at, T& to) { return convert(std::bit_cast<double>(load<std::uint64_t>(at, swap)), to); });
  } else {
    if (header.item_size == 1) integers(std::uint8_t());
    if (header.item_size == 2) integers(std::uint16_t());
    if (header.item_size == 4) integers(std::uint32_t());
    if (header.item_size == 8) integers(std::uint64_t());
  }
  return tally;
}

// The index of the i-th value of the file, as Python writes it.
std::string index_text(const NpyHeader& header, Index i) {
  Shape index = header.shape;
  const Index rank = index.rank();
  for (Index k = 0; k < rank; ++k) {
    const Index axis = header.fortran ? k : rank - 1 - k;
    const Index size = header.shape[axis];
    index[axis] = i % size;
    i /= size;
  }
  return index.text();
}

template <class T>
void refuse_losses(const NpyHeader& header, const Tally& tally, Conversion conversion, const std::string& what) {
  const std::string to = sizeof(T) == 4 ? "float32" : "float64";
  const auto refuse = [&](const Tally::Kind& kind, const std::string& why, const std::string& fix) {
    if (kind.count == 0) return;
    fail(Code::value, what + ": " + std::to_string(kind.count) + " of " + std::to_string(header.elements) + " values (" +
                          header.dtype + ") " + why + "; the first is at index " + index_text(header, kind.first) + ". " + fix);
  };
  refuse(tally.overflow, "are too large for " + to, "Scale them first");
  refuse(tally.integer, "are whole numbers that " + to + " cannot hold exactly",
         "If they are measurements, save them as " + to + "; if they are identifiers or times, subtract an offset first");
  if (conversion == Conversion::exact) {
    refuse(tally.rounded, "are not exact in " + to, "Conversion::nearest rounds them to the nearest " + to);
  }
}

// Values stored column by column, in C order.
template <class T>
std::vector<T> to_c_order(const Shape& shape, const std::vector<T>& stored) {
  std::vector<Index> strides, index(static_cast<std::size_t>(shape.rank()), 0);
  Index stride = 1;
  for (const Index size : shape) {
    strides.push_back(stride);
    stride *= size;
  }
  std::vector<T> out(stored.size());
  Index from = 0;
  for (T& value : out) {
    value = stored[static_cast<std::size_t>(from)];
    for (std::size_t k = strides.size(); k-- > 0;) {
      from += strides[k];
      if (++index[k] < shape.sizes()[k]) break;
      from -= strides[k] * index[k];
      index[k] = 0;
    }
  }
  return out;
}

template <class T>
std::vector<T> read_values(std::span<const std::byte> bytes, const std::string& what, Conversion conversion, NpyHeader& header,
                           NpyInfo* info) {
  header = read_npy_header(bytes, what);
  check_memory(checked_mul(header.elements, sizeof(T)), what + ", an array of shape " + header.shape.text() + ",");
  std::vector<T> values;
  const Tally tally = convert_all(header, bytes.data() + header.data_at, values);
  refuse_losses<T>(header, tally, conversion, what);
  if (header.fortran && header.shape.rank() > 1) values = to_c_order(header.shape, values);
  if (info != nullptr) {
    *info = {header.dtype + (header.big_endian ? " (big-endian)" : ""), header.shape, header.fortran, tally.rounded.count,
             tally.rounded.count == 0 ? std::string() : index_text(header, tally.rounded.first)};
  }
  return values;
}

}  // namespace

Array npy_from_bytes(std::span<const std::byte> bytes, const std::string& what, Conversion conversion, NpyInfo* info) {
  NpyHeader header;
  std::vector<real> values = read_values<real>(bytes, quoted(what), conversion, header, info);
  return Array(std::move(header.shape), std::move(values));
}

NpyDoubles npy_doubles(std::span<const std::byte> bytes, const std::string& what, NpyInfo* info) {
  NpyHeader header;
  std::vector<double> values = read_values<double>(bytes, quoted(what), Conversion::exact, header, info);
  return {std::move(header.shape), std::move(values)};
}

std::vector<std::byte> npy_to_bytes(const Array& array) {
  const std::string header = write_npy_header(sizeof(real) == 4 ? "<f4" : "<f8", array.shape());
  const std::size_t n = static_cast<std::size_t>(array.size()) * sizeof(real);
  std::vector<std::byte> out(header.size() + n);
  std::memcpy(out.data(), header.data(), header.size());
  if (n > 0) std::memcpy(out.data() + header.size(), array.data(), n);
  if constexpr (std::endian::native == std::endian::big) {
    for (std::size_t at = header.size(); at < out.size(); at += sizeof(real)) std::reverse(&out[at], &out[at] + sizeof(real));
  }
  return out;
}

Array load_npy(const std::string& path, Conversion conversion, NpyInfo* info) {
  return npy_from_bytes(read_file(path), path, conversion, info);
}

void save_npy(const std::string& path, const Array& array) { write_file_atomic(path, npy_to_bytes(array)); }

}  // namespace rondo
