// Between Keras's JSON and the configs of layers, optimizers and losses: two visitors for their describe().
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/numbers.h"
#include "interop/call_arguments.h"
#include "interop/json.h"
#include "layers/base/layers_field.h"
#include "rondo/core/config.h"
#include "rondo/layers/layer.h"

namespace rondo::interop {

// Called with the layers of a model, each with its place in the weights file ("layers/lstm"), before the first of them is
// built; once for the model itself and once for every model in it.
using Listed = std::function<void(const std::vector<std::pair<LayerRef, std::string>>&)>;
// Where the layer being read lies: what the layers of a model in it need to know.
struct Place {
  std::string path;  // "layers/time_distributed"
  const Listed& listed;
  bool explicit_masks;
};

// Sets the fields that describe() names from a JSON object. Afterwards finish() refuses, by name, every key nobody asked for
// unless it is one of Keras's that cannot change a result.
class ConfigReader : public ConfigVisitor, public NumbersVisitor, public LayersVisitor {
 public:
  // where: opens messages. notes: receives what was passed over.
  ConfigReader(const Json& config, std::string where, std::vector<std::string>& notes, const Place* place = nullptr);
  void finish();

  void field(std::string_view key, bool& value, bool fallback) override;
  void field(std::string_view key, Index& value, Index fallback) override;
  void field(std::string_view key, double& value, double fallback) override;
  void field(std::string_view key, std::string& value, const std::string& fallback) override;
  void field(std::string_view key, std::vector<Index>& value, const std::vector<Index>& fallback) override;
  void field(std::string_view key, std::optional<double>& value) override;
  void field(std::string_view key, Activation& value, const Activation& fallback) override;
  void field(std::string_view key, Initializer& value, const Initializer& fallback) override;
  void field(std::string_view key, std::vector<double>& value, const std::vector<double>& fallback) override;
  void field(std::string_view key, Regularizer& value) override;
  void field(std::string_view key, Constraint& value) override;
  void field(std::string_view key, LayerRef& value) override;
  void required(std::string_view key, Index& value) override;
  void required(std::string_view key, double& value) override;
  void required(std::string_view key, std::string& value) override;
  void required(std::string_view key, std::vector<Index>& value) override;
  void numbers(std::string_view key, std::vector<double>& value) override;
  void layers(std::string_view key, std::vector<LayerRef>& value) override;
  void only(std::string_view key, double neutral) override;
  void only_none(std::string_view key) override;

 private:
  const Json* find(std::string_view key);  // nullptr if absent; marks the key as known
  const Json& needed(std::string_view key);
  std::string named(std::string_view key, const Json& json, const Json*& config) const;
  void numbers(std::string_view key, const Json& json, std::vector<Index>& value) const;
  std::string what(std::string_view key) const { return where_ + ": " + std::string(key); }

  const Json& config_;
  std::string where_;
  std::vector<std::string>& notes_;
  const Place* place_;
  std::set<std::string, std::less<>> known_;
};

// Collects the fields that differ from Keras's defaults: what every Keras from 3.3 on understands.
class ConfigWriter : public ConfigVisitor, public NumbersVisitor, public LayersVisitor {
 public:
  Json config = Json::object();
  Json call = Json::object();               // what Keras takes when the layer is called
  std::set<std::string, std::less<>> keys;  // of all fields, those at their defaults too

  void field(std::string_view key, bool& value, bool fallback) override;
  void field(std::string_view key, Index& value, Index fallback) override;
  void field(std::string_view key, double& value, double fallback) override;
  void field(std::string_view key, std::string& value, const std::string& fallback) override;
  void field(std::string_view key, std::vector<Index>& value, const std::vector<Index>& fallback) override;
  void field(std::string_view key, std::optional<double>& value) override;
  void field(std::string_view key, Activation& value, const Activation& fallback) override;
  void field(std::string_view key, Initializer& value, const Initializer& fallback) override;
  void field(std::string_view key, std::vector<double>& value, const std::vector<double>& fallback) override;
  void field(std::string_view key, Regularizer& value) override;
  void field(std::string_view key, Constraint& value) override;
  void field(std::string_view key, LayerRef& value) override;
  void required(std::string_view key, Index& value) override { put(key, value, true); }
  void required(std::string_view key, double& value) override { put(key, value, true); }
  void required(std::string_view key, std::string& value) override { put(key, value, true); }
  void required(std::string_view key, std::vector<Index>& value) override { put(key, value, true); }
  void numbers(std::string_view key, std::vector<double>& value) override {
    if (value.size() == 1) put(key, value[0], true);
    if (value.size() != 1) put(key, value, !value.empty());
  }
  void layers(std::string_view key, std::vector<LayerRef>& value) override;
  void only(std::string_view, double) override {}
  void only_none(std::string_view) override {}

 private:
  void put(std::string_view key, Json value, bool differs) {
    keys.emplace(key);
    if (differs) (is_call_argument(key) ? call : config)[std::string(key)] = std::move(value);
  }
};

// {"module": "keras.layers", "class_name": "LSTM", "config": {...}} -> a layer, not built. Throws Error naming the layer.
LayerRef read_layer(const Json& object, std::vector<std::string>& notes, const Place* place = nullptr);
Json write_layer(Layer& layer);

// The member class_name, "" if there is none; at most 100 characters.
std::string class_of(const Json& object);

// "layer 'lstm' (LSTM)"
std::string layer_title(const std::string& name, const std::string& class_name);

// Classes of users: what a registry of them knows, and the function that adds one.
struct OwnClasses {
  const char* what;                     // "layer": add with register_layer<...>
  std::vector<std::string> (*names)();  // of users' classes
  std::vector<std::string> (*all)();    // built-in ones too
};
extern const OwnClasses own_layers, own_losses, own_metrics;

// The members every serialized object may have; refuses others, and classes that are neither Keras's own nor registered among
// `own`. Returns the name that its registry knows it by: class_name, or registered_name for a class of a user's.
std::string read_class(const Json& object, const std::string& what, const OwnClasses* own = nullptr);
Json keras_object(const char* module, const std::string& class_name, Json config);
// Of a class of a user's; `registered` may be empty: then it goes by its own name.
Json own_object(const std::string& class_name, const std::string& registered, Json config);

}  // namespace rondo::interop
