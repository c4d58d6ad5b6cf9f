// An InputLayer of config.json.
#include <set>

#include "interop/keras_read.h"

namespace rondo::interop {

SymbolicTensor read_input(const Json& object) {
  const Json& config = object_at(object, "config", "an InputLayer");
  const std::string name = config.contains("name") ? string_at(config, "name", "an InputLayer") : "";
  const std::string where = layer_title(name, "InputLayer");
  static const std::set<std::string_view> known = {"batch_shape", "shape",  "batch_size", "dtype",
                                                   "sparse",      "ragged", "name",       "optional"};
  for (const auto& [key, value] : config.items()) {
    if (!known.contains(key)) fail(Code::unsupported, where + ": option '" + escaped(key.substr(0, 60)) + "' is not supported");
    if ((key == "sparse" || key == "ragged" || key == "optional") && value != false && !value.is_null())
      fail(Code::unsupported, where + ": " + key + " = " + shown(value) + " is not supported");
  }
  // Ids may be declared as whole numbers, masks as bool; here all numbers travel as the network's.
  static const std::set<std::string_view> numbers = {"float32", "float64", "int8",   "int16",  "int32", "int64",
                                                     "uint8",   "uint16",  "uint32", "uint64", "bool"};
  const Json& dtype = member(config, "dtype");
  const Json& named = dtype.is_string() ? dtype : member(member(dtype, "config"), "name");
  if (!dtype.is_null() && !(named.is_string() && numbers.contains(named.get_ref<const std::string&>())))
    fail(Code::unsupported, where + ": dtype " + shown(dtype) + " is not supported; float32 is, and whole numbers for ids");
  Shape shape;
  if (config.contains("batch_shape")) {
    shape = shape_of(config["batch_shape"], where + ": batch_shape");
    if (shape.empty()) fail(Code::format, where + ": batch_shape is empty");
  } else {
    shape = shape_of(member(config, "shape"), where + ": shape");
    const Json& batch = member(config, "batch_size");
    shape = shape.prepended(batch.is_null() ? None : index_of(batch, where + ": batch_size"));
  }
  try {
    return Input(shape.without_first(), {.batch_size = shape[0], .name = name});
  } catch (const Error& e) {
    fail(e.code(), where + ": " + e.what());
  }
}

}  // namespace rondo::interop
