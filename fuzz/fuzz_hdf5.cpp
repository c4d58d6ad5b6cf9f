#include <cstdlib>
#include <vector>

#include "fuzz.h"
#include "io/hdf5.h"

namespace {

// Everything a file names can be read, and is no more than the file.
std::size_t read_all(const rondo::hdf5::Node& node) {
  std::size_t bytes = 0;
  for (const auto& child : node.children) {
    if (child->is_group) {
      bytes += read_all(*child);
      continue;
    }
    bytes += child->data.bytes.size();
    try {
      std::vector<rondo::real> values(static_cast<std::size_t>(child->data.shape.elements()));
      rondo::hdf5::convert(child->data, values);
    } catch (const rondo::Error&) {
    }
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return rondo::survives([&] {
    const rondo::hdf5::Reader reader(rondo::bytes_of(data, size));
    if (read_all(reader.root()) > size) std::abort();
  });
}
