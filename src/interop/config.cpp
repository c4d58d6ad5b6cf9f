#include "interop/config.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "interop/activation_layer.h"
#include "interop/keras_read.h"
#include "interop/keras_write.h"
#include "layers/base/activity.h"
#include "layers/base/names.h"
#include "model/model_layer.h"
#include "rondo/activations/activation.h"
#include "rondo/initializers/initializer.h"
#include "rondo/layers/custom.h"
#include "rondo/losses/custom.h"
#include "rondo/metrics/custom.h"

namespace rondo::interop {
namespace {

// Keys that Keras writes and that change neither training nor inference here; with a value: only at that value.
bool neutral(std::string_view key, const Json& value) {
  static const std::set<std::string_view> always = {"name",           "trainable",       "seed",        "use_cudnn",
                                                    "implementation", "renorm_momentum", "input_shape", "batch_input_shape",
                                                    "build_config",   "autocast",        "synchronized"};
  static const std::set<std::string_view> when_null = {
      "quantization_config",  "renorm_clipping", "virtual_batch_size",          "lora_rank", "lora_alpha", "loss_scale_factor",
      "activity_regularizer", "batch_shape",     "gradient_accumulation_steps", "fused"};
  static const std::set<std::string_view> when_false = {"renorm", "time_major", "sparse", "ragged", "optional"};
  return always.contains(key) || (when_null.contains(key) && value.is_null()) ||
         (when_false.contains(key) && value.is_boolean() && !value.get<bool>());
}

// dtype: "float32", or an object of class DTypePolicy with that name.
void check_dtype(const Json& dtype, const std::string& where) {
  if (dtype.is_null()) return;
  std::string name;
  if (dtype.is_string()) {
    name = dtype.get<std::string>();
  } else if (member(dtype, "class_name") == "DTypePolicy") {
    name = string_at(member(dtype, "config"), "name", where + ": dtype");
  } else {
    fail(Code::unsupported, where + ": its dtype policy is not supported; only float32 is");
  }
  if (name != "float32")
    fail(Code::unsupported, where + ": dtype '" + escaped(name.substr(0, 60)) + "' is not supported; only float32 is");
}

}  // namespace

std::string layer_title(const std::string& name, const std::string& class_name) {
  return "layer '" + escaped(name.substr(0, 100)) + "' (" + escaped(class_name.substr(0, 100)) + ")";
}

const OwnClasses own_layers{"layer", own_layer_names, layer_names}, own_losses{"loss", own_loss_names, loss_names},
    own_metrics{"metric", own_metric_names, metric_names};

std::string read_class(const Json& object, const std::string& what, const OwnClasses* own) {
  if (!object.is_object()) fail(Code::format, what + " must be an object with a class_name, not " + shown(object));
  static const std::set<std::string_view> known = {"module",           "class_name",   "config",
                                                   "registered_name",  "build_config", "compile_config",
                                                   "shared_object_id", "name",         "inbound_nodes"};
  for (const auto& [key, value] : object.items())
    if (!known.contains(key)) fail(Code::unsupported, what + ": unknown member '" + escaped(key.substr(0, 60)) + "'");
  const std::string class_name = string_at(object, "class_name", what);
  const Json& module = member(object, "module");
  const Json& registered = member(object, "registered_name");
  std::string name = registered.is_string() ? registered.get<std::string>() : std::string();
  const bool keras = module.is_null() || module == "builtins" ||
                     (module.is_string() && (module == "keras" || module.get_ref<const std::string&>().starts_with("keras.")));
  const auto contains = [](const std::vector<std::string>& list, const std::string& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  // own_object() writes no module.
  const bool written_here = module.is_null() && name == class_name && own && !contains(own->all(), name);
  if (keras && name.find('>') == std::string::npos && !written_here) return class_name;
  // What Keras's decorator was not given a name for goes by that of its class.
  if (name.empty() || name == "function") name = class_name == "function" ? string_at(object, "config", what) : class_name;
  const auto names = own ? own->names() : std::vector<std::string>();
  if (contains(names, name)) return name;
  std::string fix;
  if (own)
    fix = "\n  fix: write the class in C++ (docs/custom.md) and, before load_model: register_" + std::string(own->what) +
          "<YourClass>(\"" + escaped(name.substr(0, 100)) +
          "\");\n       the rondo command line knows Keras's own classes only";
  fail(Code::unsupported, what + ": class '" + escaped(class_name.substr(0, 100)) + "' is not one of Keras's own (module " +
                              shown(module) + ", registered as " + shown(registered) + ")" +
                              (own ? ", and no class is registered under that name" : "") +
                              "; code of a model file is never run." + did_you_mean(name, names) + fix);
}

Json keras_object(const char* module, const std::string& class_name, Json config) {
  return Json{{"module", module}, {"class_name", class_name}, {"config", std::move(config)}, {"registered_name", nullptr}};
}

Json own_object(const std::string& class_name, const std::string& registered, Json config) {
  return Json{{"module", nullptr},
              {"class_name", class_name},
              {"config", std::move(config)},
              {"registered_name", registered.empty() ? class_name : registered}};
}

// ---- reading ----

ConfigReader::ConfigReader(const Json& config, std::string where, std::vector<std::string>& notes, const Place* place)
    : config_(config), where_(std::move(where)), notes_(notes), place_(place) {
  if (!config_.is_object()) fail(Code::format, where_ + ": its config must be an object, not " + shown(config_));
}

const Json* ConfigReader::find(std::string_view key) {
  known_.emplace(key);
  const auto it = config_.find(std::string(key));
  return it == config_.end() ? nullptr : &*it;
}

void ConfigReader::finish() {
  check_dtype(member(config_, "dtype"), where_);
  for (const auto& [key, value] : config_.items()) {
    if (key == "dtype" || known_.contains(key) || neutral(key, value)) continue;
    const std::vector<std::string> names(known_.begin(), known_.end());
    fail(Code::unsupported, where_ + ": option '" + escaped(key.substr(0, 60)) + "' = " + shown(value) + " is not supported." +
                                did_you_mean(key, names));
  }
}

void ConfigReader::field(std::string_view key, bool& value, bool fallback) {
  const Json* json = find(key);
  value = json ? bool_of(*json, what(key)) : fallback;
}
void ConfigReader::field(std::string_view key, Index& value, Index fallback) {
  const Json* json = find(key);
  value = json ? index_of(*json, what(key)) : fallback;
}
void ConfigReader::field(std::string_view key, double& value, double fallback) {
  const Json* json = find(key);
  if (json && json->is_object())
    fail(Code::unsupported,
         what(key) + " is a " + shown(member(*json, "class_name")) + ", which is not supported; a number is");
  // Keras's Masking takes them.
  value = !json ? fallback : key == "mask_value" ? any_number_of(*json, what(key)) : number_of(*json, what(key));
}
void ConfigReader::field(std::string_view key, std::string& value, const std::string& fallback) {
  const Json* json = find(key);
  if (json && json->is_null()) {
    value = "None";  // merge_mode=None
  } else {
    value = json ? string_of(*json, what(key)) : fallback;
  }
}
void ConfigReader::field(std::string_view key, std::vector<Index>& value, const std::vector<Index>& fallback) {
  const Json* json = find(key);
  if (!json) {
    value = fallback;
    return;
  }
  if (json->is_null()) {
    value = fallback;
    return;
  }
  numbers(key, *json, value);
}
// [1, 2, null], or a single number.
void ConfigReader::numbers(std::string_view key, const Json& json, std::vector<Index>& value) const {
  value.clear();
  if (json.is_array()) {
    if (json.size() > 64) fail(Code::format, what(key) + " has " + std::to_string(json.size()) + " entries");
    for (const Json& item : json) value.push_back(item.is_null() ? None : index_of(item, what(key)));
  } else {
    value.push_back(index_of(json, what(key)));
  }
}
void ConfigReader::field(std::string_view key, std::optional<double>& value) {
  const Json* json = find(key);
  value.reset();
  if (json && !json->is_null()) value = number_of(*json, what(key));
}

void ConfigReader::field(std::string_view key, Activation& value, const Activation& fallback) {
  const Json* json = find(key);
  if (!json) {
    value = fallback;
  } else if (json->is_null()) {
    value = "linear";
  } else if (json->is_object() && member(*json, "class_name") == "function") {
    value = string_at(*json, "config", what(key));
  } else {
    const std::string of_layer = json->is_object() ? activation_of_layer(*json) : "";
    if (!json->is_string() && of_layer.empty())
      fail(Code::unsupported,
           what(key) + " is " + shown(json->is_object() ? member(*json, "class_name") : *json) +
               "; only the names of activation functions are supported, and layers that compute one (ReLU(), "
               "LeakyReLU(0.2), ELU(), Softmax()). Give Dense no activation and put the layer behind it");
    value = json->is_string() ? json->get<std::string>() : of_layer;
  }
  try {
    activation_function(value);
  } catch (const Error& e) {
    fail(e.code(), what(key) + ": " + e.what());
  }
}

void ConfigReader::field(std::string_view key, Initializer& value, const Initializer& fallback) {
  const Json* json = find(key);
  value = fallback;
  if (!json || json->is_null()) return;
  // The weights come from the file: an initializer that is not known costs nothing but its name.
  Initializer read;
  if (json->is_string()) {
    read.name = json->get<std::string>();
  } else {
    read.name = string_at(*json, "class_name", what(key));
    if (read.name == "OrthogonalInitializer" || read.name == "IdentityInitializer")  // Keras 3.3's spelling
      read.name.resize(read.name.size() - std::string_view("Initializer").size());
    const Json& config = member(*json, "config");
    if (config.is_object())
      for (const auto& [parameter, number] : config.items())
        if (number.is_number() && parameter != "seed") read.parameters[parameter] = number.get<double>();
  }
  try {
    value = canonical(read);
  } catch (const Error&) {
    notes_.push_back(what(key) + " '" + escaped(read.name.substr(0, 60)) +
                     "' is not known; it would matter only for new weights");
  }
}

void ConfigReader::field(std::string_view key, std::vector<double>& value, const std::vector<double>& fallback) {
  const Json* json = find(key);
  value = fallback;
  if (!json || json->is_null()) return;
  if (!json->is_array()) fail(Code::format, what(key) + " must be a list of numbers, not " + shown(*json));
  if (json->size() > 100000) fail(Code::format, what(key) + " has " + std::to_string(json->size()) + " entries");
  value.clear();
  for (const Json& item : *json) value.push_back(number_of(item, what(key)));
}

void ConfigReader::field(std::string_view key, LayerRef& value) {
  const Json* json = find(key);
  value = LayerRef();
  if (!json || json->is_null()) return;
  if (place_ == nullptr) {
    value = read_layer(*json, notes_);
  } else {
    const Place inside{place_->path + "/" + std::string(key), place_->listed, place_->explicit_masks};
    value = read_layer(*json, notes_, &inside);
  }
}

const Json& ConfigReader::needed(std::string_view key) {
  const Json* json = find(key);
  if (!json) fail(Code::format, where_ + ": '" + std::string(key) + "' is missing");
  return *json;
}
void ConfigReader::required(std::string_view key, Index& value) { value = index_of(needed(key), what(key)); }
void ConfigReader::required(std::string_view key, double& value) { value = number_of(needed(key), what(key)); }
void ConfigReader::required(std::string_view key, std::string& value) { value = string_of(needed(key), what(key)); }
void ConfigReader::required(std::string_view key, std::vector<Index>& value) { numbers(key, needed(key), value); }
void ConfigReader::numbers(std::string_view key, std::vector<double>& value) {
  const Json* json = find(key);
  value.clear();
  if (!json || json->is_null()) return;
  if (!json->is_array()) return value.push_back(number_of(*json, what(key)));
  if (json->size() > 1'000'000) fail(Code::format, what(key) + " has " + std::to_string(json->size()) + " entries");
  for (const Json& item : *json) {
    if (item.is_array())
      fail(Code::unsupported, what(key) + " is a table of numbers, which is not supported; a list of numbers is");
    value.push_back(number_of(item, what(key)));
  }
}
void ConfigReader::layers(std::string_view key, std::vector<LayerRef>& value) {
  const Json& list = needed(key);
  value.clear();
  if (!list.is_array()) fail(Code::format, what(key) + " must be a list of layers, not " + shown(list));
  if (list.size() > 1000) fail(Code::format, what(key) + " has " + std::to_string(list.size()) + " entries");
  for (const Json& item : list) value.push_back(read_layer(item, notes_));
}
void ConfigReader::only(std::string_view key, double neutral_value) {
  const Json* json = find(key);
  if (!json || json->is_null()) return;
  const double value = json->is_boolean() ? json->get<bool>() : number_of(*json, what(key));
  if (value != neutral_value)
    fail(Code::unsupported, where_ + ": " + std::string(key) + " = " + shown(*json) + " is not supported");
}
void ConfigReader::only_none(std::string_view key) {
  const Json* json = find(key);
  if (json && !json->is_null())
    fail(Code::unsupported, where_ + ": " + std::string(key) + " = " +
                                shown(json->is_object() ? member(*json, "class_name") : *json) + " is not supported");
}

std::string class_of(const Json& object) {
  const Json& name = member(object, "class_name");
  return name.is_string() ? name.get<std::string>().substr(0, 100) : "";
}

LayerRef read_layer(const Json& object, std::vector<std::string>& notes, const Place* place) {
  const Json& named = member(member(object, "config"), "name");
  const std::string known_as =
      read_class(object, named.is_string() ? layer_title(named.get<std::string>(), class_of(object)) : "a layer", &own_layers);
  const std::string class_name = known_as.substr(known_as.rfind('>') + 1);
  const Json& config = object_at(object, "config", "a layer (" + escaped(class_name.substr(0, 100)) + ")");
  const std::string name =
      config.contains("name") ? string_at(config, "name", "a layer (" + class_name + ")") : snake_case(class_name);
  const std::string where = layer_title(name, class_name);
  if (name.empty() || name.size() > 1000) fail(Code::format, where + ": a name must have 1 to 1000 characters");
  if (class_name == "Sequential" || class_name == "Functional" || class_name == "Model") {
    if (place == nullptr) fail(Code::unsupported, where + ": a model is not supported here");
    const LayerRef model = read_model_layer(object, notes, *place);
    model->set_name(name);
    if (const Json& trainable = member(config, "trainable"); !trainable.is_null())
      model->trainable = bool_of(trainable, where + ": trainable");
    return model;
  }
  LayerRef layer;
  try {
    layer = make_layer(known_as);
  } catch (const Error& e) {
    fail(e.code(), where + ": " + e.what());
  }
  ConfigReader reader(config, where, notes, place);
  describe_all(*layer, reader);
  reader.finish();
  layer->set_name(name);
  if (const Json& trainable = member(config, "trainable"); !trainable.is_null())
    layer->trainable = bool_of(trainable, where + ": trainable");
  try {
    layer->check();
  } catch (const Error& e) {
    std::string message = e.what();
    if (message.find("'" + name + "'") != std::string::npos) throw;
    if (message.starts_with(class_name + ": ")) message.erase(0, class_name.size() + 2);
    fail(e.code(), where + ": " + message);
  }
  return layer;
}

// ---- writing ----

void ConfigWriter::field(std::string_view key, bool& value, bool fallback) { put(key, value, value != fallback); }
void ConfigWriter::field(std::string_view key, Index& value, Index fallback) { put(key, value, value != fallback); }
void ConfigWriter::field(std::string_view key, double& value, double fallback) { put(key, value, value != fallback); }
void ConfigWriter::field(std::string_view key, std::string& value, const std::string& fallback) {
  put(key, value == "None" ? Json() : Json(value), value != fallback);
}
void ConfigWriter::field(std::string_view key, std::vector<Index>& value, const std::vector<Index>& fallback) {
  // An unknown size in a shape is Keras's None; elsewhere -1 is a number (an axis).
  put(key, key.ends_with("_shape") ? json_of(Shape(value)) : Json(value), value != fallback);
}
void ConfigWriter::field(std::string_view key, std::optional<double>& value) {
  // A whole number is written as one: Keras refuses ema_overwrite_frequency 2.0.
  const double number = value.value_or(0);
  const bool whole = std::abs(number) < 1e15 && number == std::floor(number);
  put(key, whole ? Json(static_cast<Index>(number)) : Json(number), value.has_value());
}
void ConfigWriter::field(std::string_view key, Activation& value, const Activation& fallback) {
  put(key, value.name, value != fallback);
}
void ConfigWriter::field(std::string_view key, Initializer& value, const Initializer& fallback) {
  // By name where there are no parameters: the class of "orthogonal" was spelled otherwise in Keras 3.3.
  if (value == fallback || value.parameters.empty()) return put(key, value.name, value != fallback);
  Json parameters = Json::object();
  for (const auto& [name, number] : value.parameters) parameters[name] = number;
  put(key, keras_object("keras.initializers", initializer_info(value.name).class_name, parameters), true);
}
void ConfigWriter::field(std::string_view key, std::vector<double>& value, const std::vector<double>& fallback) {
  put(key, value, value != fallback);
}
void ConfigWriter::field(std::string_view key, LayerRef& value) {
  put(key, value ? write_layer(*value) : Json(), static_cast<bool>(value));
}

void ConfigWriter::layers(std::string_view key, std::vector<LayerRef>& value) {
  Json list = Json::array();
  for (const LayerRef& layer : value) list.push_back(write_layer(*layer));
  put(key, std::move(list), true);
}

Json write_layer(Layer& layer) {
  if (const ModelLayer* model = as_model(layer)) return write_model_layer(*model, false);
  ConfigWriter writer;
  describe_all(layer, writer);
  writer.config["name"] = layer.name();
  if (!layer.trainable) writer.config["trainable"] = false;
  const std::vector<std::string> all = layer_names();
  const std::string registered = registered_name(layer);
  if (!registered.empty() || std::find(all.begin(), all.end(), layer.class_name()) == all.end())
    return own_object(layer.class_name(), registered, std::move(writer.config));
  return keras_object("keras.layers", layer.class_name(), std::move(writer.config));
}

}  // namespace rondo::interop
