// save_weights and load_weights: Keras's NAME.weights.h5, the weights of a model without its architecture.
#include "interop/keras_weights_file.h"

#include <algorithm>

#include "interop/config.h"
#include "interop/keras_compile.h"
#include "interop/keras_weights.h"
#include "io/file.h"
#include "model/model_state.h"
#include "rondo/core/error.h"
#include "rondo/interop/keras.h"

namespace rondo {

namespace interop {

namespace {

// Where each layer of a built model lies in the file.
std::vector<std::pair<LayerRef, std::string>> places(const Model& model, std::vector<std::string>* groups = nullptr) {
  LayerPaths paths;
  const ModelState& state = model.internal();
  if (!state.sequential)
    for (std::size_t i = 0; i < state.inputs.size(); ++i) {
      const std::string path = paths.next("InputLayer");
      if (groups) groups->push_back(path + "/vars");
    }
  std::vector<std::pair<LayerRef, std::string>> out;
  for (const LayerRef& layer : model.layers()) out.emplace_back(layer, paths.next(layer->class_name()));
  return out;
}

void require_built(const Model& model, const char* call) {
  if (model.built()) return;
  fail(Code::state, std::string(call) +
                        ": the model is not built, so it has no weights yet: give the first layer an input_shape, or call "
                        "build or fit first");
}

}  // namespace

std::vector<std::byte> write_weights(const Model& model, bool optimizer) {
  require_built(model, "save_weights");
  hdf5::Writer file;
  std::vector<std::vector<float>> kept;
  file.group("vars");
  std::vector<std::string> inputs;
  const auto layers = places(model, &inputs);
  for (const std::string& group : inputs) file.group(group);
  for (const auto& [layer, path] : layers) {
    std::vector<std::string> groups;
    for (const StoredWeight& w : stored_weights(*layer, path, &groups))
      file.float32(w.path, w.weight->shape, as_float32(w.weight->value.values(), kept));
    for (const std::string& group : groups) file.group(group);
  }
  if (optimizer && model.compiled()) write_optimizer(model, file, kept);
  return file.finish();
}

}  // namespace interop

using namespace interop;

std::vector<std::byte> save_weights(const Model& model) { return write_weights(model, true); }

void save_weights(const Model& model, const std::string& path) {
  if (!path.ends_with(".weights.h5"))
    fail(Code::value, "save_weights: the name must end in .weights.h5, as '" + escaped(path) +
                          "' does not; save_model keeps the "
                          "whole model");
  write_file_atomic(path, save_weights(model));
}

void load_weights(Model& model, std::span<const std::byte> bytes, const LoadWeightsOptions& options) {
  require_built(model, "load_weights");
  const hdf5::Reader file(bytes);
  Tensors tensors(file, "the weights file");
  ModelState& state = model.internal();
  const auto note = [&](const std::string& text) {
    if (options.notes) options.notes->push_back(text);
  };
  // Everything is compared before anything is changed.
  std::vector<std::pair<LayerRef, std::string>> wanted;
  const auto all = places(model);
  for (const auto& [layer, path] : all) {
    try {
      for (const StoredWeight& w : stored_weights(*layer, path))
        tensors.expect(w.path, w.weight->shape,
                       layer_title(layer->name(), layer->class_name()) + ": weight '" + w.weight->name + "'");
      wanted.emplace_back(layer, path);
    } catch (const Error& e) {
      if (!options.skip_mismatch) throw;
      note(e.what());
    }
  }
  for (const std::string& name : tensors.names()) {
    if (options.skip_mismatch || name.starts_with("optimizer/")) continue;
    if (std::none_of(all.begin(), all.end(), [&](const auto& one) { return name.starts_with(one.second + "/"); }))
      fail(Code::format, "the weights file has a tensor '" + escaped(name) +
                             "' that no layer of this model has.\n  fix: a model "
                             "of the same layers, or .skip_mismatch = true");
  }
  for (const auto& [layer, path] : wanted)
    for (const StoredWeight& w : stored_weights(*layer, path))
      tensors.read(w.path, w.weight->value,
                   layer_title(layer->name(), layer->class_name()) + ": weight '" + w.weight->name + "'");
  if (model.compiled() && wanted.size() == all.size()) {
    const std::vector<Weight*> before = state.trainable;
    state.list_weights();
    if (state.trainable != before) {
      const std::lock_guard lock(state.mutex);
      state.idle.clear();
    }
    std::vector<std::string> notes;
    try {
      read_optimizer_variables(model, model.layers(), tensors, notes);
      for (const std::string& text : notes) note(text);
    } catch (const Error& e) {
      note(std::string("the optimizer's state is left out: ") + e.what());
    }
  }
  state.pack(state.fitting != nullptr);
}

void load_weights(Model& model, const std::string& path, const LoadWeightsOptions& options) {
  const std::vector<std::byte> bytes = read_file(path);
  try {
    load_weights(model, bytes, options);
  } catch (const Error& e) {
    throw Error(e.code(), escaped(path) + ": " + e.what());
  }
}

}  // namespace rondo
