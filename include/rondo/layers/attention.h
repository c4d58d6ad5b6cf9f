// Attention: every step of a query looks at all steps of a value.
#pragma once

#include <optional>

#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults; use_causal_mask is an argument of the call in Keras.
struct AttentionOptions {
  bool use_scale = false;          // a trained number that the scores are multiplied by
  std::string score_mode = "dot";  // or "concat"
  double dropout = 0;              // of the weights, in training
  std::optional<Index> seed = {};
  bool use_causal_mask = false;          // a step looks at no later step
  bool return_attention_scores = false;  // a second output, (samples, T, S): the weights; also an argument of the call
  std::string name = {};
};

// y = softmax(scores(query, key)) . value: query (samples, T, features) and value (samples, S, width) -> (samples, T, width). A
// key (samples, S, features) may come third; otherwise the values are their own keys.
//
//   SymbolicTensor y = Attention()({query, value});
//
// Masks as in Keras: steps that value masks are not looked at; steps that query masks give 0, and the query's mask goes on. As
// in Keras the scores are not divided by the square root of the features. Throws Error(value) for an unknown score_mode or a
// dropout outside [0, 1), Error(shape) for inputs that do not fit each other.
class Attention : public LayerRef {
 public:
  explicit Attention(const AttentionOptions& options = {});
};

}  // namespace rondo
