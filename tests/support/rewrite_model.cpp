// rewrite_model FROM.keras TO.keras ...: reads model files and writes them anew, for the checks against a live Keras
// (tests/golden/README.md).
#include <cstdio>

#include "rondo/core/error.h"
#include "rondo/interop/keras.h"

int main(int argc, char** argv) {
  try {
    for (int i = 1; i + 1 < argc; i += 2) rondo::save_model(rondo::load_model(argv[i]), argv[i + 1]);
  } catch (const rondo::Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  return argc < 3 || argc % 2 == 0;
}
