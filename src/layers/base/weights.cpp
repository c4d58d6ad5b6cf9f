#include "rondo/layers/weights.h"

#include "rondo/constraints/constraint.h"
#include "rondo/core/error.h"
#include "rondo/layers/layer.h"
#include "rondo/regularizers/regularizer.h"

namespace rondo {

int Weights::add(std::string name, Shape shape, Initializer initializer, bool trainable) {
  checked_mul(shape.elements(), static_cast<Index>(sizeof(real)));
  own_.push_back({std::move(name), std::move(shape), std::move(initializer), trainable, Array(), {}, {}});
  return static_cast<int>(own_.size()) - 1;
}

int Weights::add(std::string name, Shape shape, Initializer initializer, Regularizer regularizer, Constraint constraint) {
  try {
    if (regularizer) rondo::check(regularizer, shape);
    if (constraint) rondo::check(constraint, shape);
  } catch (const Error& e) {
    fail(e.code(), "its " + name.substr(name.rfind('/') + 1) + ": " + e.what());
  }
  const int slot = add(std::move(name), std::move(shape), std::move(initializer));
  own_.back().regularizer = std::move(regularizer);
  own_.back().constraint = std::move(constraint);
  return slot;
}

int Weights::pack(Index reals, bool for_training) {
  if (reals < 0) fail(Code::internal, "a layer booked a packed copy of negative size");
  checked_mul(reals, static_cast<Index>(sizeof(real)));
  packs_.push_back({for_training, {}, reals});
  return static_cast<int>(packs_.size()) - 1;
}

void Weights::child(std::string name, Layer& layer, const Shapes& in) {
  if (!layer.built()) layer.book(in);
  children_.push_back({std::move(name), &layer});
}

}  // namespace rondo
