#include "rondo/interop/keras.h"

#include "rondo/core/error.h"

namespace rondo {

Model load_model(const std::string&, const LoadOptions&) { fail(Code::unsupported, "model files are not read yet"); }
Model load_model(std::span<const std::byte>, const LoadOptions&) { fail(Code::unsupported, "model files are not read yet"); }
void save_model(const Model&, const std::string&, const SaveOptions&) { fail(Code::unsupported, "model files are not written yet"); }
std::vector<std::byte> save_model(const Model&, const SaveOptions&) { fail(Code::unsupported, "model files are not written yet"); }

}  // namespace rondo
