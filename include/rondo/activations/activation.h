// Activation functions by Keras's names: y = f(x) on rows, and dx from dy.
#pragma once

#include <string>
#include <vector>

#include "rondo/core/config.h"
#include "rondo/core/types.h"

namespace rondo {

struct ActivationFunction {
  const char* name;
  // True if backward can work from the output y alone; then x may be null.
  bool from_output;
  // y = f(x) over `rows` rows of `width` (softmax and its like look at rows). In place (y == x) is allowed.
  void (*forward)(const real* x, real* y, Index rows, Index width);
  // dx = dy * f'(x). dx == dy is allowed.
  void (*backward)(const real* x, const real* y, const real* dy, real* dx, Index rows, Index width);
  // glu: y and dy have rows of width / 2, and dx must not be dy.
  bool halves = false;

  Index width_out(Index width) const { return halves ? width / 2 : width; }
};

// Throws Error(unsupported) with did-you-mean for an unknown name. The reference stays valid.
const ActivationFunction& activation_function(const Activation& activation);
// The same, for a place that needs as many values out as go in: refuses glu too.
const ActivationFunction& activation_of_width(const Activation& activation);
std::vector<std::string> activation_names();

}  // namespace rondo
