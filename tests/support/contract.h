// Cases for the contract test (tests/layers/contract_test.cpp), which holds every registered layer to the promises of the
// design. A layer's own test file registers the configurations worth trying:
//
//   CONTRACT_CASE("LSTM", "return_sequences", [] { return LSTM(3, {.return_sequences = true}); }, {{None, 2}});
//
// The shapes are those of the inputs, without samples; None stands for time steps, and the test picks how many.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "rondo/layers/layer.h"

namespace rondo::contract {

struct CaseOptions {
  bool masks = true;      // try masks on input 0 (if it has time steps)
  bool truncates = true;  // masked steps might as well not be there: out[valid steps] = layer(the valid steps alone)
  Index ids = 0;          // inputs are whole numbers below this (0: any numbers); they have no gradient
  bool distinct = false;  // inputs lie 0.01 apart: none is near where a maximum changes hands
  bool trains = true;     // false: refuses to be planned for training
};

struct Case {
  std::string layer;  // the registered class
  std::string name;
  std::function<LayerRef()> make;
  Shapes inputs;
  CaseOptions options = {};
};

inline void PrintTo(const Case& c, std::ostream* out) { *out << c.layer << ", " << c.name; }

inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

inline bool add(Case c) {
  cases().push_back(std::move(c));
  return true;
}

}  // namespace rondo::contract

#define RONDO_CONTRACT_JOIN_(a, b) a##b
#define RONDO_CONTRACT_JOIN(a, b) RONDO_CONTRACT_JOIN_(a, b)
#define CONTRACT_CASE(...) \
  [[maybe_unused]] static const bool RONDO_CONTRACT_JOIN(contract_case_, __LINE__) = ::rondo::contract::add({__VA_ARGS__})
