// Initial weights: each is a function of (initializer, shape, seed, stream) alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rondo/core/config.h"
#include "rondo/core/shape.h"

namespace rondo {

// Fills out[shape.elements()] with the initial values of weight number `stream` of a model seeded by `seed`.
// Throws Error(unsupported) with did-you-mean for an unknown name or parameter, Error(shape) for a shape it cannot fill.
void initialize(const Initializer& initializer, const Shape& shape, std::uint64_t seed, std::uint64_t stream, real* out);
std::vector<std::string> initializer_names();

// The bias (4u) of an LSTM with unit_forget_bias, as Keras makes it of bias_initializer: [of (u), ones (u), of (2u)].
Initializer with_open_forget_gate(Initializer of);

// What is known of one initializer. Both spellings are looked up: "glorot_uniform" and Keras's class name "GlorotUniform".
struct InitializerInfo {
  std::string name;                          // "glorot_uniform"
  std::string class_name;                    // "GlorotUniform"
  std::map<std::string, double> parameters;  // Keras's parameters (without seed) and their defaults
  void (*fill)(const std::map<std::string, double>& parameters, const Shape& shape, std::uint64_t seed, std::uint64_t stream,
               real* out);
};
// Throws Error(unsupported) with did-you-mean. The reference stays valid.
const InitializerInfo& initializer_info(const std::string& name);
// The same initializer with its short name and without parameters that are at their defaults. Throws Error(unsupported).
Initializer canonical(const Initializer& initializer);
// An initializer of your own, from now on known by both its names (and by `aliases`).
void register_initializer(const InitializerInfo& info, const std::vector<std::string>& aliases = {});

}  // namespace rondo
