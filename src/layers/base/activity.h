// activity_regularizer: a penalty on what a layer puts out, divided by the number of samples and added to the loss. As in
// Keras every output counts, of every call, also of a frozen layer; masked rows count under keras_mask_compat alone.
//
// Where it is computed: a session (model/layout.h) treats a penalised value as one that the loss reads. A layer may have
// values inside that are penalised, as MultiHeadAttention has; they are outputs that no other layer sees, numbered behind its
// own.
#pragma once

#include <vector>

#include "rondo/layers/layer.h"

namespace rondo {

class ActivityRegularized {
 public:
  virtual ~ActivityRegularized() = default;
  Regularizer activity_regularizer;

  struct Penalised {
    int output;
    Regularizer by;
  };
  // What is penalised of a call on inputs of these shapes: all of the layer's outputs, if nothing else is said.
  virtual std::vector<Penalised> penalised(const Shapes& in) const;
  // The values inside. A call has them only when penalties are asked for: Run::outputs() tells.
  virtual Shapes hidden_outputs(const Shapes& /*in*/) const { return {}; }
};

// Of a layer that has no such argument of its own: in Keras it is a keyword of every layer, so files have it (describe_all).
class KeywordActivity : public ActivityRegularized {};

// What layer.describe() names, and the keyword.
void describe_all(Layer& layer, ConfigVisitor& visitor);

// Of any layer: empty for one that penalises nothing.
std::vector<ActivityRegularized::Penalised> penalised_by(const Layer& layer, const Shapes& in);
// The layer's outputs, those that nobody sees behind the others.
Shapes all_outputs(const Layer& layer, const Shapes& in);

// Throws Error(unsupported | value | shape), naming the argument, for a regularizer that does not suit.
void check_activity(const Layer& layer, const Shapes& in);

}  // namespace rondo
