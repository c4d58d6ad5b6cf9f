// One description of a config: describe(visitor) names every field of a layer, optimizer or loss once, in Keras's words,
// and so serves the Keras JSON both ways, printing, Python keywords and the docs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rondo/core/types.h"

namespace rondo {

class LayerRef;  // rondo/layers/layer.h

// The name of an activation function: "tanh", "sigmoid", "relu", ... Unknown names are refused when the layer is made.
struct Activation {
  std::string name = "linear";
  Activation() = default;
  Activation(const char* n) : name(n) {}
  Activation(std::string n) : name(std::move(n)) {}
  friend bool operator==(const Activation&, const Activation&) = default;
};

// How a weight is born: "glorot_uniform", "orthogonal", "zeros", "ones", ... with Keras's parameters.
struct Initializer {
  std::string name = "glorot_uniform";
  std::map<std::string, double> parameters;  // those that differ from Keras's defaults
  Initializer() = default;
  Initializer(const char* n) : name(n) {}
  Initializer(std::string n) : name(std::move(n)) {}
  friend bool operator==(const Initializer&, const Initializer&) = default;
};

// A penalty on a weight, added to the loss: L2(0.01), "l1", ... Without a name: none.
struct Regularizer {
  std::string name;
  std::map<std::string, double> parameters;  // those that differ from Keras's defaults
  Regularizer() = default;
  Regularizer(const char* n) : name(n) {}
  Regularizer(std::string n) : name(std::move(n)) {}
  explicit operator bool() const { return !name.empty(); }
  friend bool operator==(const Regularizer&, const Regularizer&) = default;
};

// What a weight is brought back to after each update: MaxNorm(2), "non_neg", ... Without a name: nothing.
struct Constraint {
  std::string name;
  std::map<std::string, double> parameters;  // those that differ from Keras's defaults
  std::vector<Index> axes = {0};             // over which a norm is taken
  Constraint() = default;
  Constraint(const char* n) : name(n) {}
  Constraint(std::string n) : name(std::move(n)) {}
  explicit operator bool() const { return !name.empty(); }
  friend bool operator==(const Constraint&, const Constraint&) = default;
};

class ConfigVisitor {
 public:
  virtual ~ConfigVisitor() = default;
  // A writer reads `value` and may leave out what equals `fallback` (Keras's default); a reader sets `value`.
  virtual void field(std::string_view key, bool& value, bool fallback) = 0;
  virtual void field(std::string_view key, Index& value, Index fallback) = 0;
  virtual void field(std::string_view key, double& value, double fallback) = 0;
  virtual void field(std::string_view key, std::string& value, const std::string& fallback) = 0;  // "None": Keras's None
  virtual void field(std::string_view key, std::vector<Index>& value, const std::vector<Index>& fallback) = 0;
  virtual void field(std::string_view key, std::optional<double>& value) = 0;  // Keras's default: None
  virtual void field(std::string_view key, Activation& value, const Activation& fallback) = 0;
  virtual void field(std::string_view key, Initializer& value, const Initializer& fallback) = 0;
  virtual void field(std::string_view key, std::vector<double>& value, const std::vector<double>& fallback) = 0;
  virtual void field(std::string_view key, Regularizer& value) = 0;  // Keras's default: None
  virtual void field(std::string_view key, Constraint& value) = 0;
  // A nested layer. `given` says whether the user gave it (an absent optional layer is derived, not written by hand).
  virtual void field(std::string_view key, LayerRef& value) = 0;
  // A field with no default: it must be there.
  virtual void required(std::string_view key, Index& value) = 0;
  virtual void required(std::string_view key, double& value) = 0;
  virtual void required(std::string_view key, std::string& value) = 0;
  virtual void required(std::string_view key, std::vector<Index>& value) = 0;
  // A Keras argument that Rondo accepts only at the value that changes nothing (dropout 0, a regularizer of None):
  // anything else is refused by name instead of being silently ignored.
  virtual void only(std::string_view key, double neutral) = 0;
  virtual void only_none(std::string_view key) = 0;
};

}  // namespace rondo
