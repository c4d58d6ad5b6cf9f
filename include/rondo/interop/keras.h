// Model files: Keras's .keras (3.3 and later), read and written, plus one more member, rondo.json, that Keras ignores.
//
// A model file is data: nothing in it can run code, open another file, or make the reader allocate more than the bytes at hand
// justify. What the reader does not know is refused by name, never skipped.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "rondo/core/types.h"
#include "rondo/model/model.h"

namespace rondo {

// What there was to say about a file that loaded.
struct LoadReport {
  std::string keras_version;       // that wrote the file, from metadata.json
  bool from_keras = false;         // no rondo.json: the file keeps Keras's behaviour
  std::vector<std::string> notes;  // what was left out and what that means, one sentence each: "loss 'huber' is unknown; ..."
  std::string self_check;          // "passed", or why the recorded outputs were not compared
  std::string extra = {};          // JSON text of SaveOptions::extra, "" if the file has none
};

struct LoadOptions {
  bool compile = true;           // restore optimizer, loss and metrics; the model predicts without them
  bool self_check = true;        // compute the recorded outputs again and refuse the file if they differ
  LoadReport* report = nullptr;  // filled in if given, also when loading fails part-way
};

struct SaveOptions {
  bool include_optimizer = true;
  bool self_check = true;  // record a few outputs, checked when the file is loaded
  std::string extra = {};  // JSON text of one object, kept in the file as it is and given back by LoadReport::extra
};

// Throws Error: not_found, format (empty, truncated, foreign, lying), unsupported (a layer, option or version that Rondo does
// not have, by name), shape (weights that do not fit their layer), memory.
Model load_model(const std::string& path, const LoadOptions& options = {});
Model load_model(std::span<const std::byte> bytes, const LoadOptions& options = {});

// Written to a temporary file beside `path`, then renamed: a reader sees the old file or the new one. Loads in Keras 3.3 and
// later (3.10 and later once trained with Nadam, or with averages and accumulation together). Throws Error(output) if the file
// cannot be written, Error(state) if the model is not built.
void save_model(const Model& model, const std::string& path, const SaveOptions& options = {});
std::vector<std::byte> save_model(const Model& model, const SaveOptions& options = {});

struct LoadWeightsOptions {
  bool skip_mismatch = false;                 // leave layers alone whose weights are not in the file, or of other shapes
  std::vector<std::string>* notes = nullptr;  // which, and why; and why the optimizer's state was left out
};

// The weights alone, with the state of the optimizer if the model is compiled: Keras's NAME.weights.h5 both ways, for a model
// of the same layers. load_weights compares every shape before it changes a weight. Throws Error: value (a name that does not
// end in .weights.h5), state (the model is not built), format, shape, output.
void save_weights(const Model& model, const std::string& path);
std::vector<std::byte> save_weights(const Model& model);
void load_weights(Model& model, const std::string& path, const LoadWeightsOptions& options = {});
void load_weights(Model& model, std::span<const std::byte> bytes, const LoadWeightsOptions& options = {});

}  // namespace rondo
