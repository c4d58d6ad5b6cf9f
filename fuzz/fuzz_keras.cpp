// A whole model file, or one member of a sound one: the first byte says which.
#include <map>
#include <string>
#include <vector>

#include "fuzz.h"
#include "io/zip.h"
#include "rondo/interop/keras.h"
#include "rondo/layers.h"

namespace {

using namespace rondo;

const std::vector<std::byte>& sound() {
  static const std::vector<std::byte> file = [] {
    const SymbolicTensor x = Input({4, 2});
    const SymbolicTensor a = LSTM(3, {.return_sequences = true})(Masking()(x));
    const SymbolicTensor b = Bidirectional(GRU(2, {.return_sequences = true}))(a);
    const SymbolicTensor y = TimeDistributed(Dense(2))(BatchNormalization()(Concatenate()({a, b})));
    Model model({x}, {y});
    model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}});
    return save_model(model);
  }();
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const char* const members[] = {"config.json", "model.weights.h5", "rondo.json", "metadata.json"};
  const auto rest = bytes_of(data + 1, size - 1);
  std::vector<std::byte> file(rest.begin(), rest.end());
  if (data[0] % 5 != 0) {
    const ZipReader zip(sound());
    ZipWriter changed;
    for (const std::string& name : zip.names()) {
      if (name == members[data[0] % 5 - 1]) {
        changed.add(name, rest);
      } else {
        changed.add(name, zip.read(name));
      }
    }
    file = changed.finish();
  }
  return survives([&] { load_model(file); });
}
