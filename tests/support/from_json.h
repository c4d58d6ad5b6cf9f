// Sets the options of an optimizer, loss, metric or schedule from a JSON object, as a reader of Keras's config would, and
// records the order of keys.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/numbers.h"
#include "rondo/core/config.h"
#include "rondo/layers/layer.h"

namespace rondo {

class FromJson final : public ConfigVisitor, public NumbersVisitor {
 public:
  explicit FromJson(nlohmann::json options) : options_(std::move(options)) {}
  std::vector<std::string> keys;
  void field(std::string_view key, bool& value, bool) override { take(key, value); }
  void field(std::string_view key, Index& value, Index) override { take(key, value); }
  void field(std::string_view key, double& value, double) override { take(key, value); }
  void field(std::string_view key, std::string& value, const std::string&) override {
    if (!take(key, value) && options_.contains(std::string(key))) value = "None";
  }
  void field(std::string_view key, std::optional<double>& value) override {
    double number = 0;
    if (take(key, number)) value = number;
  }
  void field(std::string_view key, std::vector<Index>& value, const std::vector<Index>&) override { take(key, value); }
  void field(std::string_view, Activation&, const Activation&) override { FAIL(); }
  void field(std::string_view, Initializer&, const Initializer&) override { FAIL(); }
  void field(std::string_view key, std::vector<double>& value, const std::vector<double>&) override { take(key, value); }
  void field(std::string_view, Regularizer&) override { FAIL(); }
  void field(std::string_view, Constraint&) override { FAIL(); }
  void field(std::string_view, LayerRef&) override { FAIL(); }
  void required(std::string_view key, Index& value) override { take(key, value); }
  void required(std::string_view, std::string&) override { FAIL(); }
  void required(std::string_view key, double& value) override { take(key, value); }
  void required(std::string_view key, std::vector<Index>& value) override { take(key, value); }
  void numbers(std::string_view key, std::vector<double>& value) override {
    keys.emplace_back(key);
    const auto it = options_.find(std::string(key));
    if (it != options_.end()) value = it->is_number() ? std::vector{it->get<double>()} : it->get<std::vector<double>>();
  }
  void only(std::string_view key, double) override { keys.emplace_back(key); }
  void only_none(std::string_view key) override { keys.emplace_back(key); }

 private:
  template <class T>
  bool take(std::string_view key, T& value) {
    keys.emplace_back(key);
    const auto it = options_.find(std::string(key));
    if (it == options_.end() || it->is_null()) return false;
    value = it->template get<T>();
    return true;
  }
  nlohmann::json options_;
};

}  // namespace rondo
