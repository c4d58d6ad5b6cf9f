// The numbers of a dataset, as other types.
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "io/hdf5.h"
#include "rondo/core/error.h"

namespace rondo::hdf5 {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied between file and memory");

double half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  double value;
  if (exponent == 31) {
    value = mantissa == 0 ? HUGE_VAL : NAN;
  } else if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else {
    value = std::ldexp(mantissa + 1024, exponent - 25);
  }
  return bits & 0x8000 ? -value : value;
}

template <class T>
T number_at(std::span<const std::byte> bytes, std::size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

// Calls f with a function that reads number i.
template <class F>
auto visit(const Dataset& d, F f) {
  const auto b = d.bytes;
  switch (d.type) {
    case Type::f16:
      return f([b](std::size_t i) { return half(number_at<std::uint16_t>(b, i)); });
    case Type::f32:
      return f([b](std::size_t i) { return number_at<float>(b, i); });
    case Type::f64:
      return f([b](std::size_t i) { return number_at<double>(b, i); });
    case Type::i8:
      return f([b](std::size_t i) { return number_at<std::int8_t>(b, i); });
    case Type::i16:
      return f([b](std::size_t i) { return number_at<std::int16_t>(b, i); });
    case Type::i32:
      return f([b](std::size_t i) { return number_at<std::int32_t>(b, i); });
    case Type::i64:
      return f([b](std::size_t i) { return number_at<std::int64_t>(b, i); });
    case Type::u8:
    case Type::boolean:
      return f([b](std::size_t i) { return number_at<std::uint8_t>(b, i); });
    case Type::u16:
      return f([b](std::size_t i) { return number_at<std::uint16_t>(b, i); });
    case Type::u32:
      return f([b](std::size_t i) { return number_at<std::uint32_t>(b, i); });
    case Type::u64:
      return f([b](std::size_t i) { return number_at<std::uint64_t>(b, i); });
    case Type::string:
      break;
  }
  fail(Code::format, "text where numbers are due");
}

void check_count(const Dataset& data, std::size_t count) {
  if (data.bytes.size() != count * static_cast<std::size_t>(type_size(data.type)))
    fail(Code::format, "a dataset of shape " + data.shape.text() + " holds another number of values");
}

}  // namespace

std::string_view type_name(Type type) {
  switch (type) {
    case Type::f16:
      return "float16";
    case Type::f32:
      return "float32";
    case Type::f64:
      return "float64";
    case Type::i8:
      return "int8";
    case Type::i16:
      return "int16";
    case Type::i32:
      return "int32";
    case Type::i64:
      return "int64";
    case Type::u8:
      return "uint8";
    case Type::u16:
      return "uint16";
    case Type::u32:
      return "uint32";
    case Type::u64:
      return "uint64";
    case Type::boolean:
      return "bool";
    case Type::string:
      return "string";
  }
  return "?";
}

Index type_size(Type type) {
  switch (type) {
    case Type::i8:
    case Type::u8:
    case Type::boolean:
      return 1;
    case Type::f16:
    case Type::i16:
    case Type::u16:
      return 2;
    case Type::f32:
    case Type::i32:
    case Type::u32:
      return 4;
    case Type::f64:
    case Type::i64:
    case Type::u64:
      return 8;
    case Type::string:
      return 0;
  }
  return 0;
}

void convert(const Dataset& data, std::span<real> out) {
  check_count(data, out.size());
  if (data.type == (sizeof(real) == 4 ? Type::f32 : Type::f64)) {
    if (!out.empty()) std::memcpy(out.data(), data.bytes.data(), data.bytes.size());
    return;
  }
  visit(data, [&](auto at) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto value = at(i);
      out[i] = static_cast<real>(value);
      if constexpr (std::is_integral_v<decltype(value)>) {
        if (static_cast<long double>(out[i]) != static_cast<long double>(value))
          fail(Code::value,
               std::string("a number of type ") + std::string(type_name(data.type)) + " does not fit into float32");
      }
    }
  });
}

Index integer(const Dataset& data) {
  check_count(data, 1);
  return visit(data, [&](auto at) -> Index {
    const auto value = at(0);
    if constexpr (std::is_integral_v<decltype(value)>) {
      if (std::in_range<Index>(value)) return static_cast<Index>(value);
    }
    fail(Code::format, "a whole number is due here");
  });
}

double number(const Dataset& data) {
  check_count(data, 1);
  return visit(data, [](auto at) { return static_cast<double>(at(0)); });
}

}  // namespace rondo::hdf5
