// Constraints: what a weight is brought back to after each update. Dense(8, {.kernel_constraint = MaxNorm({.max_value = 2})}).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rondo/core/config.h"
#include "rondo/core/shape.h"

namespace rondo {

struct MaxNormOptions {
  double max_value = 2;
  std::vector<Index> axis = {0};  // the axes a norm is taken over
};
struct MaxNorm : Constraint {  // no norm above max_value
  explicit MaxNorm(const MaxNormOptions& options = {});
};
struct NonNeg : Constraint {  // nothing below 0
  NonNeg();
};
struct UnitNormOptions {
  std::vector<Index> axis = {0};
};
struct UnitNorm : Constraint {  // every norm 1
  explicit UnitNorm(const UnitNormOptions& options = {});
};
struct MinMaxNormOptions {
  double min_value = 0.0;
  double max_value = 1.0;
  double rate = 1.0;  // the part of the way that one update goes
  std::vector<Index> axis = {0};
};
struct MinMaxNorm : Constraint {  // every norm between the two
  explicit MinMaxNorm(const MinMaxNormOptions& options = {});
};

// What is known of one constraint. Both spellings are looked up: "max_norm" and Keras's class name "MaxNorm".
struct ConstraintInfo {
  using Parameters = std::map<std::string, double>;
  std::string name, class_name;
  Parameters parameters;  // Keras's, and their defaults
  bool has_axis = true;
  // What numbers with this norm are multiplied by; null: they change one by one. Must not allocate.
  double (*factor)(const Parameters& parameters, double norm);
  real (*number)(real w) = nullptr;
};
const ConstraintInfo& constraint_info(const std::string& name);  // throws Error(unsupported) with did-you-mean
void register_constraint(const ConstraintInfo& info);
std::vector<std::string> constraint_names();

// Throws Error for an unknown name or parameter, one out of range, or an axis a weight of this shape has not.
void check(const Constraint& constraint, const Shape& shape);
// A constraint with every parameter in it: made once, so that a step looks up and allocates nothing.
class Projection {
 public:
  Projection(const Constraint& constraint, const Shape& shape);
  void operator()(real* w) const noexcept;

 private:
  const ConstraintInfo* info_;
  ConstraintInfo::Parameters parameters_;
  Index size_;
  std::vector<Index> group_, inside_;  // where each group begins, and the offsets of its numbers
};

}  // namespace rondo
