#include <string_view>

#include "fuzz.h"
#include "interop/json.h"
#include "io/zip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rondo::survives([&] { rondo::interop::parse_json({reinterpret_cast<const char*>(data), size}, "input"); });
  return rondo::survives([&] {
    const rondo::ZipReader zip(rondo::bytes_of(data, size), "input");
    for (const std::string& name : zip.names()) rondo::survives([&] { zip.read(name, rondo::Index{1} << 24); });
  });
}
