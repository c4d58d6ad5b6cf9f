// Weights of the loss, row by row of every output: from sample_weight, whose shape says whether it means samples or time
// steps, or from class_weight.
#pragma once

#include <map>
#include <vector>

#include "model/model_state.h"

namespace rondo {

class RowWeights {
 public:
  RowWeights() = default;  // none: every row weighs 1
  // x: the shapes of the inputs, with their samples. what: names the argument. Throws Error(shape | value); `given` must
  // outlive this.
  RowWeights(const ModelState& model, const Shapes& x, const SampleWeight& given, const std::string& what = "sample_weight");
  // By the class of each target: a whole number, or the place of the largest of several.
  RowWeights(const ModelState& model, const std::vector<Array>& y, const std::map<Index, double>& classes);

  // Of one output: `entries` numbers a sample, one or as many as it has rows. values is null: every row weighs 1.
  struct Output {
    const real* values = nullptr;
    Index entries = 1;
  };
  bool empty() const { return outputs_.empty(); }
  const Output& of(std::size_t output) const { return outputs_[output]; }

 private:
  std::vector<Output> outputs_;
  std::vector<real> kept_;  // the numbers that came from classes; moving it moves none
};

// From whichever was given; both throw.
RowWeights weights_of_batch(const ModelState& model, const Shapes& x, const std::vector<Array>& y, const SampleWeight& samples,
                            const std::map<Index, double>& classes);

}  // namespace rondo
