// Regularizers and constraints in a layer's config, both ways.
#include <algorithm>

#include "interop/config.h"
#include "rondo/constraints/constraint.h"
#include "rondo/core/error.h"
#include "rondo/regularizers/regularizer.h"

namespace rondo::interop {

// "l2", or {"class_name": "L2", "config": {"l2": 0.01}}: the class, and its config.
std::string ConfigReader::named(std::string_view key, const Json& json, const Json*& config) const {
  static const Json none;
  config = &none;
  if (json.is_string()) return json.get<std::string>();
  const std::string class_name = read_class(json, what(key));
  config = &member(json, "config");
  return class_name;
}

namespace {
// What is known by this name; an error says where the name stands.
template <class Find>
const auto& known_as(const std::string& where, const Find& find, const std::string& name) {
  try {
    return find(name);
  } catch (const Error& e) {
    fail(e.code(), where + ": " + e.what());
  }
}
}  // namespace

void ConfigReader::field(std::string_view key, Regularizer& value) {
  const Json* json = find(key);
  value = {};
  if (!json || json->is_null()) return;
  const Json* config = nullptr;
  const RegularizerInfo& info = known_as(what(key), regularizer_info, named(key, *json, config));
  value.name = info.name;
  if (!config->is_object()) return;
  for (const auto& [parameter, given] : config->items()) {
    const std::string at = what(key) + ": " + escaped(parameter.substr(0, 60));
    double number = 0;
    if (const auto words = info.words.find(parameter); words != info.words.end()) {
      const std::string word = string_of(given, at);
      const auto it = std::find(words->second.begin(), words->second.end(), word);
      if (it == words->second.end())
        fail(Code::unsupported, at + " is '" + escaped(word.substr(0, 60)) + "'." + did_you_mean(word, words->second));
      number = static_cast<double>(it - words->second.begin());
    } else {
      number = number_of(given, at);
    }
    const auto known = info.parameters.find(parameter);
    if (known == info.parameters.end()) fail(Code::unsupported, at + " is not known");
    if (number != known->second) value.parameters[parameter] = number;
  }
}

void ConfigReader::field(std::string_view key, Constraint& value) {
  const Json* json = find(key);
  value = {};
  if (!json || json->is_null()) return;
  const Json* config = nullptr;
  const ConstraintInfo& info = known_as(what(key), constraint_info, named(key, *json, config));
  value.name = info.name;
  if (!config->is_object()) return;
  for (const auto& [parameter, given] : config->items()) {
    if (parameter == "axis" && info.has_axis) {
      numbers(key, given, value.axes);
      continue;
    }
    const std::string at = what(key) + ": " + escaped(parameter.substr(0, 60));
    const double number = number_of(given, at);
    const auto known = info.parameters.find(parameter);
    if (known == info.parameters.end()) fail(Code::unsupported, at + " is not known");
    if (number != known->second) value.parameters[parameter] = number;
  }
}

// ---- writing ----

void ConfigWriter::field(std::string_view key, Regularizer& value) {
  if (!value) return put(key, Json(), false);
  const RegularizerInfo& info = regularizer_info(value.name);
  Json parameters = Json::object();
  for (const auto& [name, fallback] : info.parameters) {
    const auto given = value.parameters.find(name);
    const double number = given == value.parameters.end() ? fallback : given->second;
    const auto words = info.words.find(name);
    parameters[name] = words == info.words.end() ? Json(number) : Json(words->second.at(static_cast<std::size_t>(number)));
  }
  put(key, keras_object("keras.regularizers", info.class_name, parameters), true);
}
void ConfigWriter::field(std::string_view key, Constraint& value) {
  if (!value) return put(key, Json(), false);
  const ConstraintInfo& info = constraint_info(value.name);
  Json parameters = Json::object();
  for (const auto& [name, fallback] : info.parameters) {
    const auto given = value.parameters.find(name);
    parameters[name] = given == value.parameters.end() ? fallback : given->second;
  }
  if (info.has_axis) parameters["axis"] = value.axes.size() == 1 ? Json(value.axes[0]) : Json(value.axes);
  put(key, keras_object("keras.constraints", info.class_name, parameters), true);
}

}  // namespace rondo::interop
