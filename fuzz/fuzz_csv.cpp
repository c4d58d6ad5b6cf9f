#include <string_view>

#include "fuzz.h"
#include "rondo/io/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return rondo::survives([&] { rondo::parse_csv({reinterpret_cast<const char*>(data), size}, "input"); });
}
