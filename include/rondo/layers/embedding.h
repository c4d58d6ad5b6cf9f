// Embedding: a trained row for every id.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

struct EmbeddingOptions {
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer = {};
  Regularizer activity_regularizer = {};
  Constraint embeddings_constraint = {};
  bool mask_zero = false;  // id 0 is padding: masked from here on
  Shape input_shape = {};  // without samples
  std::string name = {};
};

// (samples, time steps) of ids 0 ... input_dim - 1 -> (samples, time steps, output_dim); any number of axes. An id that is a
// fraction or out of range is an Error(value) when the model runs, naming sample and place; a stream's step() is empty then.
class Embedding : public LayerRef {
 public:
  Embedding(Index input_dim, Index output_dim, const EmbeddingOptions& options = {});
};

}  // namespace rondo
