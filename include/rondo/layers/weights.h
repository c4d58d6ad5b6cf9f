// The weights a layer books when it is built, and the packed copies its kernels read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rondo/core/array.h"
#include "rondo/core/config.h"

namespace rondo {

class Layer;

struct Weight {
  std::string name;  // "kernel"; a group before a slash is a folder in Keras's file: "cell/kernel"
  Shape shape;
  Initializer initializer;
  bool trainable = true;
  Array value;
  Regularizer regularizer = {};
  Constraint constraint = {};
};

// Booked once, by Layer::build. Slots count from 0 in booking order, which is Keras's order in the file.
class Weights {
 public:
  // A weight; returns its slot. Throws Error(memory) when its size overflows.
  int add(std::string name, Shape shape, Initializer initializer, bool trainable = true);
  // A trained weight with a penalty and a constraint.
  int add(std::string name, Shape shape, Initializer initializer, Regularizer regularizer, Constraint constraint);
  // A packed copy of weights, refreshed by Layer::pack after every change of a weight; returns its slot.
  // for_training: only read by backward, and only refreshed while training.
  int pack(Index reals, bool for_training = false);
  // A layer inside this one: builds it for inputs of these shapes (its weights get their values with the parent's). `name` is
  // its folder in Keras's file ("forward_layer", "layer").
  void child(std::string name, Layer& layer, const Shapes& in);

  // The values stay where they are for the life of the layer: sessions point at them. Write into value.data(), then refresh the
  // packed copies (Model::set_weights does both).
  std::vector<Weight>& own() { return own_; }
  const std::vector<Weight>& own() const { return own_; }
  struct Pack {
    bool for_training;
    std::vector<real> values;
    Index reals;
  };
  std::vector<Pack>& packs() { return packs_; }
  const std::vector<Pack>& packs() const { return packs_; }
  struct Child {
    std::string name;
    Layer* layer;
  };
  const std::vector<Child>& children() const { return children_; }

  // The arguments for Layer::pack.
  const real* value(int slot) const { return own_[static_cast<std::size_t>(slot)].value.data(); }
  real* packed(int slot) { return packs_[static_cast<std::size_t>(slot)].values.data(); }

 private:
  std::vector<Weight> own_;
  std::vector<Pack> packs_;
  std::vector<Child> children_;
};

}  // namespace rondo
