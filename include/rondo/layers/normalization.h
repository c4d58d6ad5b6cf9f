// Normalization: features brought to mean 0 and variance 1, by moments taken from data once.
#pragma once

#include <span>

#include "rondo/core/array.h"
#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct NormalizationOptions {
  std::vector<Index> axis = {-1};     // every position on these axes has moments of its own; {}: one mean for all
  std::vector<double> mean = {};      // given, not taken from data: one number, or one for each position of the last of `axis`
  std::vector<double> variance = {};  // as many as `mean`
  bool invert = false;                // from normalized values back
  Shape input_shape = {};             // without samples
  std::string name = {};
};

// y = (x - mean) / max(sqrt(variance), 1e-7), or back with invert; any shape. Nothing here is trained.
//
//   Normalization norm;
//   norm.adapt(x_train);                    // before the model is used
//
// adapt() takes mean and (biased) variance over all of the data but `axis`; a second call starts anew. It builds the layer if
// nothing has yet. Throws Error(value) for a mean without a variance and for moments that were given, Error(shape) for axes the
// data do not have, Error(non_finite) for NaN in the data, where every result would be NaN.
class Normalization : public LayerRef {
 public:
  explicit Normalization(const NormalizationOptions& options = {});
  void adapt(const Array& data) { adapt(std::span<const Array>(&data, 1)); }
  void adapt(std::span<const Array> batches);
};

}  // namespace rondo
