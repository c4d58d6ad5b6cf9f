// A .keras file: a zip archive of metadata.json, config.json (the architecture), model.weights.h5 (weights and the optimizer's
// variables) and, if Rondo wrote it, rondo.json.
#include "rondo/interop/keras.h"

#include <algorithm>
#include <cstring>
#include <ctime>

#include "interop/config.h"
#include "interop/keras_compile.h"
#include "interop/keras_read.h"
#include "interop/keras_weights.h"
#include "interop/keras_weights_file.h"
#include "interop/keras_write.h"
#include "interop/rondo_json.h"
#include "io/file.h"
#include "io/hdf5.h"
#include "io/zip.h"
#include "layers/base/building.h"
#include "model/model_state.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

using namespace interop;

constexpr Index max_json = Index{1} << 24;  // bytes of one JSON member
constexpr const char* weights_name = "model.weights.h5";

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void check_members(const ZipReader& zip) {
  static const std::set<std::string_view> known = {"metadata.json", "config.json", weights_name, "rondo.json", "assets/"};
  if (!zip.contains("config.json")) fail(Code::format, "this zip archive is not a Keras model file: it has no config.json");
  for (const ZipEntry& entry : zip.entries()) {
    if (known.contains(entry.name)) continue;
    if (entry.name == "model.weights.npz" || entry.name == "model.weights.json")
      fail(Code::unsupported, "the weights are in " + entry.name + "; only model.weights.h5 is supported");
    fail(Code::unsupported, "unknown member '" + escaped(entry.name.substr(0, 100)) + "' in the model file");
  }
  if (!zip.contains(weights_name)) fail(Code::format, "the model file has no model.weights.h5");
}

// A packed file may unpack to a hundred times its size, and a little more: numbers do not pack better.
Index weights_limit(std::span<const std::byte> bytes) { return static_cast<Index>(bytes.size()) * 100 + 65536; }

std::string title(const Layer& layer) { return layer_title(layer.name(), layer.class_name()); }

Model read_bytes(std::span<const std::byte> bytes, const LoadOptions& options, LoadReport& report) {
  if (bytes.size() >= 8 && std::memcmp(bytes.data(), "\x89HDF\r\n\x1a\n", 8) == 0)
    fail(Code::unsupported, "this is an HDF5 file: a legacy .h5 model or weights alone. Save it with model.save('name.keras')");
  const ZipReader zip(bytes, "Keras model file");
  check_members(zip);
  if (zip.contains("metadata.json")) {
    const auto raw = zip.read("metadata.json", max_json);
    const Json metadata = parse_json(text_of(raw), "metadata.json");
    if (const Json& version = member(metadata, "keras_version"); version.is_string())
      report.keras_version = escaped(version.get<std::string>().substr(0, 40));
  }
  const auto config_raw = zip.read("config.json", max_json);
  const Json config = parse_json(text_of(config_raw), "config.json");
  Json rondo;
  report.from_keras = !zip.contains("rondo.json");
  if (!report.from_keras) {
    const auto raw = zip.read("rondo.json", max_json);
    rondo = parse_json(text_of(raw), "rondo.json");
  }
  const auto weights_raw = zip.read(weights_name, weights_limit(bytes));
  const hdf5::Reader weights(weights_raw);
  Tensors tensors(weights, weights_name);

  // Before a layer takes memory, its weights' shapes must be those in the file.
  std::map<const Layer*, std::string> places;
  const BuildHook hook([&](Layer& layer) {
    const auto place = places.find(&layer);
    if (place == places.end()) fail(Code::internal, "a layer was built that config.json does not list");
    for (const StoredWeight& w : stored_weights(layer, place->second))
      tensors.expect(w.path, w.weight->shape, title(layer) + ": weight '" + w.weight->name + "'");
  });
  ReadModel read = read_architecture(config, report.notes, report.from_keras, [&](const auto& placed) {
    for (const auto& [layer, path] : placed) places[&*layer] = path;
  });
  Model& model = read.model;
  ModelState& state = model.internal();
  model.set_keras_mask_compat(report.from_keras);
  if (!report.from_keras) read_rondo_json(rondo, model, report);

  if (model.built()) {
    for (const LayerRef& layer : read.layers)
      for (const StoredWeight& w : stored_weights(*layer, places.at(&*layer)))
        tensors.read(w.path, w.weight->value, title(*layer) + ": weight '" + w.weight->name + "'");
    state.pack(false);
    if (options.compile) {
      const Json& compiled = member(config, "compile_config");
      read_compile(compiled.is_null() && !report.from_keras ? member(rondo, "compile_config") : compiled, model, read.layers,
                   tensors, report);
    } else {
      tensors.ignore("optimizer/");
    }
  }
  tensors.finish();
  if (report.from_keras) {
    report.self_check = "skipped: the file comes from Keras";
  } else if (!options.self_check || !model.built()) {
    report.self_check = "skipped: not asked for";
  } else {
    self_check(rondo, model, report);
  }
  return model;
}

std::string now() {
  const std::time_t time = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%d@%H:%M:%S", &utc);
  return {text, size};
}

}  // namespace

Model load_model(std::span<const std::byte> bytes, const LoadOptions& options) {
  LoadReport unwanted;
  LoadReport& report = options.report ? *options.report : unwanted;
  report = {};
  if (bytes.empty()) fail(Code::format, "the model file is empty");
  return read_bytes(bytes, options, report);
}

Model load_model(const std::string& path, const LoadOptions& options) {
  const std::vector<std::byte> bytes = read_file(path);
  try {
    return load_model(bytes, options);
  } catch (const Error& e) {
    throw Error(e.code(), escaped(path) + ": " + e.what());
  }
}

std::vector<std::byte> save_model(const Model& model, const SaveOptions& options) {
  if (!model.built())
    fail(Code::state,
         "a model that is not built cannot be saved: give the first layer an input_shape, or call build or fit first");
  Json config = write_architecture(model);
  Json rondo = write_rondo_json(model, options);
  const std::vector<std::byte> weights = write_weights(model, options.include_optimizer);
  // Keras would not open a model that was compiled with what it has not.
  if (options.include_optimizer && model.compiled())
    (keras_knows(model) ? config : rondo)["compile_config"] = write_compile(model);
  ZipWriter zip;
  zip.add("metadata.json", json_text({{"keras_version", "3.3.3"}, {"date_saved", now()}}));
  zip.add("config.json", python_json_text(config));
  zip.add(weights_name, weights);
  zip.add("rondo.json", json_text(rondo));
  return zip.finish();
}

void save_model(const Model& model, const std::string& path, const SaveOptions& options) {
  write_file_atomic(path, save_model(model, options));
}

}  // namespace rondo
