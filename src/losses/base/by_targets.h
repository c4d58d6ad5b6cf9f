// A loss that is one of several, which the shapes of the output and of its targets say: Keras's loss="crossentropy".
#pragma once

#include "rondo/losses/loss.h"

namespace rondo {

class ByTargets {
 public:
  virtual ~ByTargets() = default;
  // Shapes with samples first. Called before the targets are checked.
  virtual void choose(const Shape& output, const Shape& targets) = 0;
  // Another one, which has not chosen: each output of a model needs its own.
  virtual LossRef another() const = 0;
};

}  // namespace rondo
