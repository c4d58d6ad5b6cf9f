// How Keras wants the initial states of a layer: [h, c], or for an RNN of several cells a list for each, [[h, c], [h]].
#pragma once

#include <vector>

namespace rondo {

struct StateTree {
  std::vector<StateTree> parts;  // none: one state
};

// A layer whose states may be nested.
class NestedStates {
 public:
  virtual ~NestedStates() = default;
  virtual std::vector<StateTree> state_trees() const = 0;  // in the order of its inputs
};

}  // namespace rondo
