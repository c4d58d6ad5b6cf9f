// compile_config and the optimizer's variables, both ways.
#pragma once

#include <string>
#include <vector>

#include "interop/json.h"
#include "interop/keras_weights.h"
#include "rondo/interop/keras.h"

namespace rondo::interop {

// Compiles the model as the file says and restores the optimizer's variables. What is not known is left out with a note: the
// model predicts all the same. `order`: the layers as config.json lists them, the order of Keras's optimizer variables.
void read_compile(const Json& compile_config, Model& model, const std::vector<LayerRef>& order, Tensors& tensors,
                  LoadReport& report);

// The variables alone, of a compiled model. notes: what is not in the file. before_3_10: in the order of those versions of
// Keras. Throws Error(format | shape) before it changes one.
void read_optimizer_variables(Model& model, const std::vector<LayerRef>& order, Tensors& tensors,
                              std::vector<std::string>& notes, bool before_3_10 = false);

// The optimizer's part of config.json ("null" if the model is not compiled) and of the weights file.
Json write_compile(const Model& model);
// False: the loss or a metric is one that Keras has not.
bool keras_knows(const Model& model);
void write_optimizer(const Model& model, hdf5::Writer& file, std::vector<std::vector<float>>& kept);

// The numbers as float32: a view, or a copy in `kept` where the network computes in double.
std::span<const float> as_float32(std::span<const real> values, std::vector<std::vector<float>>& kept);

}  // namespace rondo::interop
