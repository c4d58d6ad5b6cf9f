#include "interop/keras_weights.h"

#include "layers/base/names.h"
#include "model/model_layer.h"
#include "rondo/core/error.h"

namespace rondo::interop {

std::string LayerPaths::next(std::string_view class_name) {
  const std::string base = "layers/" + snake_case(class_name);
  const int n = used_[base]++;
  return n == 0 ? base : base + "_" + std::to_string(n);
}

std::vector<StoredWeight> stored_weights(Layer& layer, const std::string& path, std::vector<std::string>* groups) {
  std::vector<StoredWeight> out;
  std::map<std::string, int> count;  // per group: the number within its "vars"
  if (groups) groups->push_back(path + "/vars");
  if (const ModelLayer* model = as_model(layer); groups && model && model->class_name() == "Functional") {
    LayerPaths paths;  // Keras looks for the inputs of a model in it, too
    for (std::size_t i = 0; i < model->graph().inputs.size(); ++i)
      groups->push_back(path + "/" + paths.next("InputLayer") + "/vars");
  }
  for (Weight& weight : layer.weights().own()) {
    const std::size_t slash = weight.name.rfind('/');
    const std::string vars = slash == std::string::npos ? path + "/vars" : path + "/" + weight.name.substr(0, slash) + "/vars";
    int& n = count[vars];
    if (groups && n == 0 && slash != std::string::npos) groups->push_back(vars);
    out.push_back({vars + "/" + std::to_string(n++), &weight});
  }
  for (const Weights::Child& child : layer.weights().children()) {
    const auto inner = stored_weights(*child.layer, path + "/" + child.name, groups);
    out.insert(out.end(), inner.begin(), inner.end());
  }
  return out;
}

Tensors::Tensors(const hdf5::Reader& file, std::string name) : name_(std::move(name)) { collect(file.root(), ""); }

void Tensors::collect(const hdf5::Node& node, const std::string& path) {
  for (const auto& child : node.children) {
    const std::string at = path.empty() ? child->name : path + "/" + child->name;
    if (child->is_group) {
      collect(*child, at);
    } else if (at.find("/seed_generator/") == std::string::npos) {  // the state of a random generator is no weight
      tensors_.emplace(at, &child->data);
    }
  }
}

void Tensors::expect(const std::string& path, const Shape& shape, const std::string& of) const {
  const auto it = tensors_.find(path);
  if (it == tensors_.end()) fail(Code::format, of + " is missing: " + name_ + " has no tensor '" + escaped(path) + "'");
  if (it->second->shape != shape)
    fail(Code::shape, of + " has shape " + shape.text() + ", but the tensor '" + escaped(path) + "' in " + name_ +
                          " has shape " + it->second->shape.text());
}

void Tensors::read(const std::string& path, Array& into, const std::string& of) {
  expect(path, into.shape(), of);
  try {
    hdf5::convert(*tensors_.at(path), into.values());
  } catch (const Error& e) {
    fail(e.code(), of + ": " + e.what());
  }
  tensors_.erase(path);
}

const hdf5::Dataset* Tensors::use(const std::string& path) {
  const auto it = tensors_.find(path);
  if (it == tensors_.end()) return nullptr;
  const hdf5::Dataset* data = it->second;
  tensors_.erase(it);
  return data;
}

std::vector<std::string> Tensors::names() const {
  std::vector<std::string> out;
  for (const auto& [path, data] : tensors_) out.push_back(path);
  return out;
}

void Tensors::ignore(std::string_view prefix) {
  std::erase_if(tensors_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

void Tensors::finish() const {
  if (!tensors_.empty())
    fail(Code::format, name_ + " has a tensor '" + escaped(tensors_.begin()->first) + "' that no layer of config.json has" +
                           (tensors_.size() > 1 ? " (and " + std::to_string(tensors_.size() - 1) + " more)" : ""));
}

}  // namespace rondo::interop
