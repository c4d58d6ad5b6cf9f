// gradcheck: is a backward the derivative of its forward? Every gradient is compared with central differences
//
//   d = (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12h        L = sum of c y, c random (of a loss: L itself)
//
// and the answer says which gradient is wrong, where, by how much, and what it looks like.
//
//   const Gradcheck check = gradcheck(Scale(), {{4, 7, 3}});
//   if (!check) std::cout << check.text();
#pragma once

#include <string>
#include <vector>

#include "rondo/model/model.h"

namespace rondo {

struct GradcheckOptions {
  // Of the norm of a gradient. 0: 1e-7 in the library with real = double (target rondo::rondo_double), where differences are
  // good to 1e-11; 1e-3 with real = float, where rounding alone moves them by 1e-5. Float finds a wrong equation, not a small
  // term that is missing.
  double tolerance = 0;
  // Of a layer: called twice in one model, and with masks whose padding is NaN, too. (Masks: if its first input has time steps
  // and it does not drop masks.)
  bool shared = true;
  bool masks = true;
  std::uint64_t seed = 0;  // of the data, weights and c
};

// One gradient.
struct GradcheckPart {
  std::string name = {};       // "weight 'scale', masked"
  Shape shape = {};            // of the weight or input
  double norm = 0;             // of the differences
  double error = 0;            // norm of (backward - differences), by the larger of norm and a thousandth of the largest norm
  bool right = true;           // error is within the tolerance
  std::vector<Index> at = {};  // where the two are farthest apart
  double backward = 0;         // there
  double difference = 0;       // there
  std::string looks = {};      // "backward gives 0 everywhere", "backward gives 2 times the difference everywhere"
};

struct Gradcheck {
  std::vector<GradcheckPart> parts = {};
  double tolerance = 0;
  bool right() const;
  explicit operator bool() const { return right(); }
  double error() const;      // the largest
  std::string text() const;  // a line for each part, and more for each that is wrong
};

// All trained weights and all inputs of a model, in training (dropout draws the same in every run). Inputs that are numbers of
// classes have no gradient: of_inputs = false. The weights stay as they are.
Gradcheck gradcheck(const Model& model, const Arrays& x, const GradcheckOptions& options = {}, bool of_inputs = true);

// One layer, on random inputs of these shapes, samples included: {{4, 7, 3}} is one input of 4 samples of 7 time steps of 3
// features. Builds the layer; its weights are drawn anew, so take one made for the purpose. A function with a kink (relu, max)
// is wrong where an input lies within 0.04 of it: give gradcheck(model, x) inputs that do not.
Gradcheck gradcheck(const LayerRef& layer, const Shapes& inputs, const GradcheckOptions& options = {});

// A loss, at these targets and outputs (rows, width), with and without weights and masked rows.
Gradcheck gradcheck(const LossRef& loss, const Array& y, const Array& yhat, const GradcheckOptions& options = {});

}  // namespace rondo
