// Attention and AdditiveAttention: all but how a query and a key agree, and their constructors. Inputs: query (samples, T,
// depth), value (samples, S, width), and key (samples, S, depth); without a key the values are their own keys. Output (samples,
// T, width). The mask of value hides places from every query; where query is masked the output is 0, and its mask goes on.
#pragma once

#include <optional>

#include "layers/attention/core.h"
#include "layers/base/activity.h"

namespace rondo {

// What an attention gives beside its output.
class ReturnsScores {
 public:
  virtual ~ReturnsScores() = default;
  bool return_attention_scores = false;  // in Keras an argument of the call
};

// In Keras the attention takes the masks off the tensors it reads, for those that read them after it (model/taken_masks.cpp).
class TakesMasks {
 public:
  virtual ~TakesMasks() = default;
  virtual std::size_t masks_taken(std::size_t inputs) const = 0;  // off the first so many inputs of a call with `inputs`
};

class ScoredAttention : public Layer, public KeywordActivity, public ReturnsScores {
 public:
  bool use_scale = false;
  double dropout = 0;
  std::optional<Index> seed;
  bool use_causal_mask = false;

  void check() const override;
  Shapes output_shapes(const Shapes& in) const override;
  void plan(const Shapes& in, Plan& plan) const override;
  std::string streaming_refusal() const override { return "it looks at all time steps at once"; }

 protected:
  void run_forward(const Run& run, const Scores& scores) const noexcept;
  void run_backward(const Run& run, const Scores& scores) const noexcept;
  void describe_rest(ConfigVisitor& visitor);  // dropout, seed, use_causal_mask

 private:
  enum { weights_p = 0 };            // saved when training: the weights of every sample; else scratch: those of one
  enum { work = 1, places, spare };  // scratch; spare: gradients nobody asked for, and of a key that is the value

  AttentionCore core(const Run& run, const Draws& draws) const noexcept;
  void at_sample(AttentionCore& core, const Run& run, Index b) const noexcept;
};

// s = a sum over d of g_d tanh(c (q_d + k_d))
class TanhScores final : public Scores {
 public:
  real a = 1, c = 1;
  const real* g = nullptr;  // (depth); nullptr: ones
  real *da = nullptr, *dc = nullptr, *dg = nullptr;

  void forward(const real* q, Index queries, const real* k, Index keys, Index depth, real* packed,
               real* s) const noexcept override;
  void backward(const real* q, Index queries, const real* k, Index keys, Index depth, const real* ds, real* packed, real* dq,
                real* dk) const noexcept override;
};

// Throws Error(value) unless 0 <= dropout < 1 and seed is one.
void require_dropout(const Layer& layer, double dropout, const std::optional<Index>& seed);
// Throws Error(shape) unless these are query, value and perhaps key, each (samples, time steps, features), that fit each other.
// equal: query and key must have as many features.
void require_query_value_key(const Layer& layer, const Shapes& in, bool equal);

}  // namespace rondo
