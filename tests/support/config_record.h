// Reads a config through describe() into a record, and writes a record back through describe(): what a file does, without a
// file.
#pragma once

#include <any>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "core/numbers.h"
#include "layers/base/layers_field.h"
#include "rondo/layers/layer.h"

namespace rondo {

struct ConfigRecord {
  std::string class_name, name;
  bool trainable = true;
  std::map<std::string, std::any> fields;
  std::map<std::string, std::string> texts;  // of the fields, to compare
  std::map<std::string, ConfigRecord> layers;

  std::string text() const {
    std::string out = class_name + "(name=" + name + (trainable ? "" : ", frozen");
    for (const auto& [key, value] : texts) out += ", " + key + "=" + value;
    for (const auto& [key, value] : layers) out += ", " + key + "=" + value.text();
    return out + ")";
  }
};

class ConfigReader final : public ConfigVisitor, public NumbersVisitor, public LayersVisitor {
 public:
  static ConfigRecord read(Layer& layer) {
    ConfigReader reader;
    reader.record_.class_name = layer.class_name();
    reader.record_.name = layer.name();
    reader.record_.trainable = layer.trainable;
    layer.describe(reader);
    return reader.record_;
  }

  // The fields of anything that describes itself, in one line.
  template <class T>
  static std::string line(T& described) {
    ConfigReader reader;
    described.describe(reader);
    return reader.record_.text();
  }

  void field(std::string_view key, bool& value, bool) override { keep(key, value, value ? "true" : "false"); }
  void field(std::string_view key, Index& value, Index) override { keep(key, value, std::to_string(value)); }
  void field(std::string_view key, double& value, double) override { keep(key, value, text_of(value)); }
  void field(std::string_view key, std::string& value, const std::string&) override { keep(key, value, value); }
  void field(std::string_view key, std::vector<Index>& value, const std::vector<Index>&) override {
    keep(key, value, Shape(value).text());
  }
  void field(std::string_view key, std::optional<double>& value) override {
    keep(key, value, value ? text_of(*value) : std::string("None"));
  }
  void field(std::string_view key, Activation& value, const Activation&) override { keep(key, value, value.name); }
  void field(std::string_view key, Initializer& value, const Initializer&) override {
    std::string text = value.name;
    for (const auto& [k, v] : value.parameters) text += " " + k + "=" + text_of(v);
    keep(key, value, text);
  }
  void field(std::string_view key, std::vector<double>& value, const std::vector<double>&) override {
    std::string text;
    for (const double v : value) text += text_of(v) + " ";
    keep(key, value, text);
  }
  void field(std::string_view key, Regularizer& value) override {
    std::string text = value.name;
    for (const auto& [k, v] : value.parameters) text += " " + k + "=" + text_of(v);
    keep(key, value, text);
  }
  void field(std::string_view key, Constraint& value) override {
    std::string text = value.name + " " + Shape(value.axes).text();
    for (const auto& [k, v] : value.parameters) text += " " + k + "=" + text_of(v);
    keep(key, value, text);
  }
  void field(std::string_view key, LayerRef& value) override {
    if (value) record_.layers[std::string(key)] = read(*value);
  }
  void required(std::string_view key, Index& value) override { keep(key, value, std::to_string(value)); }
  void required(std::string_view key, double& value) override { keep(key, value, text_of(value)); }
  void required(std::string_view key, std::string& value) override { keep(key, value, value); }
  void required(std::string_view key, std::vector<Index>& value) override { keep(key, value, Shape(value).text()); }
  void numbers(std::string_view key, std::vector<double>& value) override {
    std::string text;
    for (const double v : value) text += text_of(v) + " ";
    keep(key, value, text);
  }
  void layers(std::string_view key, std::vector<LayerRef>& value) override {
    for (std::size_t i = 0; i < value.size(); ++i) record_.layers[std::string(key) + std::to_string(i)] = read(*value[i]);
  }
  void only(std::string_view, double) override {}
  void only_none(std::string_view) override {}

 private:
  static std::string text_of(double value) {
    std::ostringstream out;
    out.precision(17);
    out << value;
    return out.str();
  }
  template <class T>
  void keep(std::string_view key, const T& value, const std::string& text) {
    if (record_.fields.contains(std::string(key))) throw std::logic_error("described twice: " + std::string(key));
    record_.fields[std::string(key)] = value;
    record_.texts[std::string(key)] = text;
  }
  ConfigRecord record_;
};

class ConfigWriter final : public ConfigVisitor, public NumbersVisitor, public LayersVisitor {
 public:
  static LayerRef make(const ConfigRecord& record) {
    LayerRef layer = make_layer(record.class_name);
    ConfigWriter writer(record);
    layer->describe(writer);
    if (!record.name.empty()) layer->set_name(record.name);
    layer->trainable = record.trainable;
    return layer;
  }

  void field(std::string_view key, bool& value, bool) override { take(key, value); }
  void field(std::string_view key, Index& value, Index) override { take(key, value); }
  void field(std::string_view key, double& value, double) override { take(key, value); }
  void field(std::string_view key, std::string& value, const std::string&) override { take(key, value); }
  void field(std::string_view key, std::vector<Index>& value, const std::vector<Index>&) override { take(key, value); }
  void field(std::string_view key, std::optional<double>& value) override { take(key, value); }
  void field(std::string_view key, Activation& value, const Activation&) override { take(key, value); }
  void field(std::string_view key, Initializer& value, const Initializer&) override { take(key, value); }
  void field(std::string_view key, std::vector<double>& value, const std::vector<double>&) override { take(key, value); }
  void field(std::string_view key, Regularizer& value) override { take(key, value); }
  void field(std::string_view key, Constraint& value) override { take(key, value); }
  void field(std::string_view key, LayerRef& value) override {
    const auto it = record_.layers.find(std::string(key));
    value = it == record_.layers.end() ? LayerRef() : make(it->second);
  }
  void required(std::string_view key, Index& value) override { take(key, value); }
  void required(std::string_view key, double& value) override { take(key, value); }
  void required(std::string_view key, std::string& value) override { take(key, value); }
  void required(std::string_view key, std::vector<Index>& value) override { take(key, value); }
  void numbers(std::string_view key, std::vector<double>& value) override { take(key, value); }
  void layers(std::string_view key, std::vector<LayerRef>& value) override {
    value.clear();
    for (std::size_t i = 0;; ++i) {
      const auto it = record_.layers.find(std::string(key) + std::to_string(i));
      if (it == record_.layers.end()) return;
      value.push_back(make(it->second));
    }
  }
  void only(std::string_view, double) override {}
  void only_none(std::string_view) override {}

 private:
  explicit ConfigWriter(const ConfigRecord& record) : record_(record) {}
  template <class T>
  void take(std::string_view key, T& value) {
    value = std::any_cast<T>(record_.fields.at(std::string(key)));
  }
  const ConfigRecord& record_;
};

}  // namespace rondo
