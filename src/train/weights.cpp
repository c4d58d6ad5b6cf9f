#include "train/weights.h"

#include <algorithm>
#include <cmath>

#include "layers/base/names.h"
#include "rondo/core/error.h"

namespace rondo {

namespace {

void require_finite(const Array& weights, const std::string& what, Index samples) {
  const auto values = weights.values();
  const auto bad = std::find_if_not(values.begin(), values.end(), [](real v) { return std::isfinite(v); });
  if (bad == values.end()) return;
  const Index each = std::max<Index>(1, weights.size() / std::max<Index>(samples, 1));
  fail(Code::value, what + " of sample " + std::to_string((bad - values.begin()) / each) + " is not a finite number");
}

}  // namespace

RowWeights::RowWeights(const ModelState& model, const Shapes& x, const SampleWeight& given, const std::string& what) {
  if (!given) return;
  const std::vector<Array>& arrays = given->all();
  Shapes inputs = x;
  for (Shape& s : inputs) s = s.with_first(1);
  const Shapes outputs = outputs_for(model.built(), inputs);
  const Index samples = x[0][0];
  if (arrays.size() != outputs.size() && arrays.size() != 1)
    fail(Code::shape, what + ": " + how_many(static_cast<Index>(arrays.size()), "array") + " for " +
                          how_many(static_cast<Index>(outputs.size()), "output") +
                          ". Give one for each output, or one of shape (samples) for all");
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Array& array = arrays[arrays.size() == 1 ? 0 : i];
    const Shape got = array.shape();
    const std::string name = arrays.size() == 1 ? what : what + "[" + std::to_string(i) + "]";
    Shape rows{samples};  // one weight for every row of the output
    for (Index axis = 1; axis + 1 < outputs[i].rank(); ++axis) rows.push_back(outputs[i][axis]);
    const bool of_samples = got == Shape{samples} || got == Shape{samples, 1};
    const bool of_rows = rows.rank() > 1 && got == rows;
    if (arrays.size() == 1 && outputs.size() > 1 && !of_samples)
      fail(Code::shape, what + " has shape " + got.text() + "; one array for " + std::to_string(outputs.size()) +
                            " outputs holds one weight a sample, " + Shape{samples}.text() +
                            ". Otherwise give one for each output");
    if (!of_samples && !of_rows)
      fail(Code::shape, name + " has shape " + got.text() + "; one weight for each of " + how_many(samples, "sample") + " is " +
                            Shape{samples}.text() +
                            (rows.rank() > 1 ? ", one for each time step " + rows.text() : std::string()) +
                            ". Nothing is guessed: " + Shape{samples}.text() + " always means samples");
    require_finite(array, name, samples);
    outputs_.push_back({array.data(), of_samples ? Index{1} : got.elements() / std::max<Index>(samples, 1)});
  }
}

RowWeights::RowWeights(const ModelState& model, const std::vector<Array>& y, const std::map<Index, double>& classes) {
  if (classes.empty()) return;
  if (model.built().outputs.size() != 1)
    fail(Code::unsupported, "class_weight is for a model with one output, as in Keras; this one has " +
                                std::to_string(model.built().outputs.size()) +
                                ".\n  fix: .sample_weight = Arrays{w0, w1}, one array of weights for each output");
  for (const auto& [number, weight] : classes)
    if (!std::isfinite(weight) || number < 0)
      fail(Code::value, "class_weight: class " + std::to_string(number) + " has the weight " + std::to_string(weight) +
                            "; classes count from 0, and weights are finite numbers");
  const Shape shape = y[0].shape();
  if (shape.rank() > 2)
    fail(Code::unsupported, "class_weight is for one class a sample; y has shape " + shape.text() +
                                ". Give sample_weight, one number for each time step");
  const Index samples = shape[0], width = shape.rank() == 1 ? 1 : shape[1];
  kept_.resize(static_cast<std::size_t>(samples));
  for (Index b = 0; b < samples; ++b) {
    const real* row = y[0].data() + b * width;
    Index number = std::max_element(row, row + width) - row;
    if (width == 1) {
      const double value = static_cast<double>(row[0]);
      if (!(std::abs(value) < 0x1p31) || value != std::floor(value))
        fail(Code::value, "class_weight: the target of sample " + std::to_string(b) +
                              " is no class: it must be a whole number, or one number for each class");
      number = static_cast<Index>(value);
    }
    const auto at = classes.find(number);
    kept_[static_cast<std::size_t>(b)] = static_cast<real>(at == classes.end() ? 1.0 : at->second);
  }
  outputs_.push_back({kept_.data(), 1});
}

RowWeights weights_of_batch(const ModelState& model, const Shapes& x, const std::vector<Array>& y, const SampleWeight& samples,
                            const std::map<Index, double>& classes) {
  if (samples && !classes.empty()) fail(Code::value, "give sample_weight or class_weight, not both");
  return samples ? RowWeights(model, x, samples) : RowWeights(model, y, classes);
}

}  // namespace rondo
