// Where Keras's model.weights.h5 keeps each weight: "layers/<snake_case class>[_n]/[<group>/]vars/<number>", with n counted per
// class over the model's layers, whatever their names.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "io/hdf5.h"
#include "rondo/layers/layer.h"

namespace rondo::interop {

// Hands out "layers/lstm", "layers/lstm_1", ... in the order of the model's layers.
class LayerPaths {
 public:
  std::string next(std::string_view class_name);

 private:
  std::map<std::string, int> used_;
};

struct StoredWeight {
  std::string path;  // "layers/lstm/cell/vars/0"
  Weight* weight;
};
// The weights of a built layer stored under `path`, and of those inside it; `groups` receives every "vars" group, empty ones
// too.
std::vector<StoredWeight> stored_weights(Layer& layer, const std::string& path, std::vector<std::string>* groups = nullptr);

// The datasets of a file, each to be used exactly once.
class Tensors {
 public:
  Tensors(const hdf5::Reader& file, std::string name);
  // Throws Error(format) if the file has no tensor there, Error(shape) if its shape is another; `of` names the weight.
  void expect(const std::string& path, const Shape& shape, const std::string& of) const;
  // Checks, marks as used and copies.
  void read(const std::string& path, Array& into, const std::string& of);
  const hdf5::Dataset* use(const std::string& path);  // nullptr if absent
  std::vector<std::string> names() const;             // of those that are left
  bool contains(const std::string& path) const { return tensors_.contains(path); }
  // What is under `prefix` is left alone from now on.
  void ignore(std::string_view prefix);
  // Throws Error(format), naming one, if a tensor is left.
  void finish() const;

 private:
  void collect(const hdf5::Node& node, const std::string& path);
  std::string name_;
  std::map<std::string, const hdf5::Dataset*> tensors_;
};

}  // namespace rondo::interop
