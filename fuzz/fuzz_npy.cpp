#include "fuzz.h"
#include "rondo/io/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rondo::survives([&] { rondo::npy_from_bytes(rondo::bytes_of(data, size), "input", rondo::Conversion::nearest); });
  rondo::survives([&] { rondo::npy_doubles(rondo::bytes_of(data, size), "input"); });
  return rondo::survives([&] { rondo::npz_from_bytes(rondo::bytes_of(data, size), "input"); });
}
