// MultiHeadAttention: attention of several heads, each on projections of its own.
#pragma once

#include <optional>

#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults; use_causal_mask is an argument of the call in Keras.
struct MultiHeadAttentionOptions {
  std::optional<Index> value_dim = {};  // features of a head's values; key_dim if not given
  double dropout = 0;                   // of the weights, in training
  bool use_bias = true;
  Shape output_shape = {};                   // sizes that come out, {5} or {2, 3}; {}: the features of query
  std::vector<Index> attention_axes = {};    // axes of steps, side by side; {}: all but samples and features
  std::optional<Index> sliding_window = {};  // a step looks at steps nearer than this only
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  bool use_gate = false;  // what the heads say is multiplied by a sigmoid of the query
  std::optional<Index> seed = {};
  bool use_causal_mask = false;          // a step looks at no later step
  bool return_attention_scores = false;  // a second output, (samples, heads, T, S): the weights; also an argument of the call
  bool attention_mask = false;           // the last input is a mask; in Keras an argument of the call
  std::string name = {};
};

// Query (samples, T, features) and value (samples, S, features') -> (samples, T, features). A key (samples, S, features'') may
// come third; otherwise the values are their own keys. In Keras's order: query, value, key.
//
//   SymbolicTensor y = MultiHeadAttention(4, 16)({x, x});        // self-attention
//
// With attention_mask the mask comes last, not 0 where a step of the query may look at a step of the value: (samples, T, S), or
// (samples, heads, T, S); any size may be 1.
//
//   SymbolicTensor y = MultiHeadAttention(4, 16, {.attention_mask = true})({x, x, Input({10, 10})});
//
// Inputs may have more axes, (samples, height, width, features): attention is then over all of them, or over attention_axes.
// Scores are divided by the square root of key_dim. Masks as in Keras: masked steps of value and key are not looked at; the
// query's mask goes on. Throws Error(value) for sizes that are not positive and a dropout outside [0, 1), Error(shape) for
// inputs that do not fit each other.
class MultiHeadAttention : public LayerRef {
 public:
  MultiHeadAttention(Index num_heads, Index key_dim, const MultiHeadAttentionOptions& options = {});
};

}  // namespace rondo
