// Attention of one sample, one head: each query takes the mean of the values, weighed by how its score with their keys
// compares.
//
//   q (T, depth)   k (S, depth)   v (S, width)   ->   o (T, width)
//
//   s = scores(q, k)     p = softmax over s's row of what the query may see     o = d(p) v     d: dropout, in training
//
//   dv = d(p)^T do       dp = d(do v^T)       ds = p (dp - sum over the row of p dp)           dq, dk from ds
//
// A query sees the values that are not masked, with use_causal_mask only those that do not come after it, with sliding_window
// only those nearer than that, with an attention_mask only those that it allows. A query that sees nothing, or is masked, takes
// the plain mean of all values, as in Keras; `nothing` says what gradient goes that way. Masked queries, keys and values may
// hold NaN: they are left out, not multiplied by 0.
#pragma once

#include "layers/base/draws.h"
#include "rondo/layers/layer.h"

namespace rondo {

// How a query and a key agree. Weights are read, and their gradients added to, by the one who made it.
class Scores {
 public:
  // s (T, S) from q (T, depth) and k (S, depth). `packed` has room for either as the second factor of a product.
  virtual void forward(const real* q, Index queries, const real* k, Index keys, Index depth, real* packed,
                       real* s) const noexcept = 0;
  // Overwrites dq and dk.
  virtual void backward(const real* q, Index queries, const real* k, Index keys, Index depth, const real* ds, real* packed,
                        real* dq, real* dk) const noexcept = 0;

 protected:
  ~Scores() = default;
};

// s = scale q.k
class DotScores final : public Scores {
 public:
  DotScores(real scale, real* d_scale) : scale_(scale), d_scale_(d_scale) {}
  void forward(const real* q, Index queries, const real* k, Index keys, Index depth, real* packed,
               real* s) const noexcept override;
  void backward(const real* q, Index queries, const real* k, Index keys, Index depth, const real* ds, real* packed, real* dq,
                real* dk) const noexcept override;

 private:
  real scale_;
  real* d_scale_;
};

// Values lying in memory as rows of `stride`.
struct Rows {
  const real* values;
  Index stride;
};

struct AttentionSizes {
  Index queries, values, depth, width;

  Index weights() const { return checked_mul(queries, values); }
  Index scratch(bool training) const;  // reals for AttentionCore's work
};

class AttentionCore {
 public:
  AttentionSizes sizes;
  bool causal = false;
  Index window = None;
  // What a query that sees nothing takes: the mean of all values, without a gradient; the mean; zeros; or Keras's sum in which
  // 1e9 taken off all of its scores leaves them equal: weights 1/S like any others, dropped out and with gradients of their
  // own.
  enum class Nothing { constant_mean, mean, zero, equal_weights } nothing = Nothing::constant_mean;
  double rate = 0;  // of dropout; 0 when not training
  const Draws* draws = nullptr;
  const std::uint8_t *query_mask = nullptr, *value_mask = nullptr, *key_mask = nullptr;
  Index mask_stride = 1;                  // from one step's entry of these to the next one's
  const std::uint8_t* allowed = nullptr;  // (T S): an attention_mask
  std::uint64_t row = 0, head = 0;        // which draws are this call's
  real* scratch = nullptr;                // sizes.scratch
  Index* places = nullptr;                // sizes.values numbers
  // The weights as an output, (T S), 0 for what is not seen, and its gradient; of dropout's result or of what came before it.
  real* shown = nullptr;
  const real* d_shown = nullptr;
  bool shows_dropped = false;

  // Leaves the weights in p (T S) for backward.
  void forward(const Scores& scores, Rows q, Rows k, Rows v, real* p, real* o, Index o_stride) const noexcept;
  // Overwrites dq, dk and dv, rows of the same strides as q, k and v.
  void backward(const Scores& scores, Rows q, Rows k, Rows v, const real* p, Rows d_o, real* dq, real* dk,
                real* dv) const noexcept;

 private:
  struct Parts {
    real *q, *k, *v, *packed, *drop, *ds, *dq, *dk, *dv;
  };
  Parts parts() const noexcept;
  Index seen() const noexcept;  // fills `places`
  bool looks_at_all(Index keys) const noexcept;
  bool masked_query(Index t) const { return query_mask != nullptr && query_mask[t * mask_stride] == 0; }
  bool valid(Index place) const {
    const Index at = place * mask_stride;
    return (value_mask == nullptr || value_mask[at] != 0) && (key_mask == nullptr || key_mask[at] != 0);
  }
  bool sees(Index t, Index place) const {
    return valid(place) && (!causal || place <= t) && (window == None || (place < t ? t - place : place - t) < window) &&
           (allowed == nullptr || allowed[t * sizes.values + place] != 0);
  }
  bool sees_nothing(Index t, Index keys) const noexcept;
  void copy_in(Rows q, Rows k, Rows v, Index keys, const Parts& to) const noexcept;
  void show(const real* p, Index keys) const noexcept;
  void add_d_shown(real* ds, Index keys) const noexcept;
  const real* dropped(const real* p, Index keys, real* to) const noexcept;
};

}  // namespace rondo
