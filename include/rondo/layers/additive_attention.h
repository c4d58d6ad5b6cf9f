// AdditiveAttention: attention whose scores are sums of tanh (Bahdanau's).
#pragma once

#include <optional>

#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults; use_causal_mask is an argument of the call in Keras.
struct AdditiveAttentionOptions {
  bool use_scale = true;  // a trained number for each feature
  double dropout = 0;     // of the weights, in training
  std::optional<Index> seed = {};
  bool use_causal_mask = false;          // a step looks at no later step
  bool return_attention_scores = false;  // a second output, (samples, T, S): the weights; also an argument of the call
  std::string name = {};
};

// As Attention, with scores(query, key) = sum over features of scale tanh(query + key): query (samples, T, features), value
// (samples, S, width) and perhaps key (samples, S, features) -> (samples, T, width). Masks as Attention.
class AdditiveAttention : public LayerRef {
 public:
  explicit AdditiveAttention(const AdditiveAttentionOptions& options = {});
};

}  // namespace rondo
