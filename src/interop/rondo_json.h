// rondo.json, the member of a .keras file that is Rondo's own and that Keras ignores:
//
//   format    1; a newer number is refused, every older one read
//   version   of Rondo that wrote the file
//   axes      names of the input's axes, [] if none were given
//   training  {"step": training steps so far, which key the random draws}
//   settings  {"keras_mask_compat": false}
//   check     a few outputs for inputs drawn from a seed, computed again when the file is loaded
//   compile_config  as in config.json, if the model was compiled with a loss or a metric that Keras has not
//   extra     what the caller of save_model put there
#pragma once

#include <string>

#include "interop/json.h"
#include "rondo/interop/keras.h"

namespace rondo::interop {

constexpr Index rondo_format = 1;

Json write_rondo_json(const Model& model, const SaveOptions& options);
// Checks the format and fills in what belongs to the model and the report. Throws Error(format | unsupported).
void read_rondo_json(const Json& rondo, Model& model, LoadReport& report);
// Computes the recorded outputs again. Throws Error(format), saying by how much they differ.
void self_check(const Json& rondo, const Model& model, LoadReport& report);

}  // namespace rondo::interop
