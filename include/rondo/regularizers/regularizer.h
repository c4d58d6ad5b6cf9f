// Regularizers: penalties on weights, added to the loss, Dense(8, {.kernel_regularizer = L2(0.001)}); and on what a layer puts
// out, divided by the number of samples, Dense(8, {.activity_regularizer = L1(0.01)}).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rondo/core/config.h"
#include "rondo/core/shape.h"

namespace rondo {

struct L1 : Regularizer {  // l1 sum |w|
  explicit L1(double l1 = 0.01);
};
struct L2 : Regularizer {  // l2 sum w^2
  explicit L2(double l2 = 0.01);
};
struct L1L2Options {
  double l1 = 0.0;
  double l2 = 0.0;
};
struct L1L2 : Regularizer {  // both
  explicit L1L2(const L1L2Options& options = {});
};
struct OrthogonalRegularizerOptions {
  double factor = 0.01;
  std::string mode = "rows";  // or "columns"
};
struct OrthogonalRegularizer : Regularizer {  // factor times the mean |cosine| between two rows
  explicit OrthogonalRegularizer(const OrthogonalRegularizerOptions& options = {});
};

// What is known of one regularizer. Both spellings are looked up: "l2" and Keras's class name "L2".
struct RegularizerInfo {
  using Parameters = std::map<std::string, double>;
  std::string name, class_name;
  Parameters parameters;  // Keras's, and their defaults
  // The penalty; its slope is added to `gradient`, if given. Must not allocate.
  double (*penalty)(const Parameters& parameters, const Shape& shape, const real* w, real* gradient);
  // A parameter that is a word in Keras: its words, counted from 0.
  std::map<std::string, std::vector<std::string>> words = {};
  Index rank = 0;  // of the weights it suits; 0: any
};
const RegularizerInfo& regularizer_info(const std::string& name);  // throws Error(unsupported) with did-you-mean
void register_regularizer(const RegularizerInfo& info);
std::vector<std::string> regularizer_names();

// Throws Error for an unknown name or parameter, one out of range, or a weight of this shape it does not suit.
void check(const Regularizer& regularizer, const Shape& shape);
// A regularizer with every parameter in it, for penalty(): made once, so that a step looks up and allocates nothing.
class Penalty {
 public:
  Penalty(const Regularizer& regularizer, const Shape& shape);
  // For values of another size along axis 0; allocates nothing.
  void resize(Index first) noexcept { shape_[0] = first; }
  double operator()(const real* w, real* gradient) const noexcept { return info_->penalty(parameters_, shape_, w, gradient); }

 private:
  const RegularizerInfo* info_;
  RegularizerInfo::Parameters parameters_;
  Shape shape_;
};

}  // namespace rondo
