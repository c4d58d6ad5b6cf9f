// Keras's losses for classes and probabilities, as a user writes them: .loss = "binary_crossentropy" or .loss =
// CategoricalCrossentropy({.from_logits = true}). Their equations stand in src/losses/.
#pragma once

#include <optional>

#include "rondo/losses/loss.h"

namespace rondo {

struct BinaryCrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0.0;
};
class BinaryCrossentropy : public LossRef {  // y in [0, 1]; yhat probabilities, or logits
 public:
  explicit BinaryCrossentropy(const BinaryCrossentropyOptions& options = {});
};

struct CategoricalCrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0.0;
};
class CategoricalCrossentropy : public LossRef {  // y one-hot: a column a class
 public:
  explicit CategoricalCrossentropy(const CategoricalCrossentropyOptions& options = {});
};

struct SparseCategoricalCrossentropyOptions {
  bool from_logits = false;
  std::optional<double> ignore_class = {};  // rows of this class do not count
};
class SparseCategoricalCrossentropy : public LossRef {  // y the number of the class
 public:
  explicit SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& options = {});
};

struct BinaryFocalCrossentropyOptions {
  bool apply_class_balancing = false;
  double alpha = 0.25;
  double gamma = 2.0;
  bool from_logits = false;
  double label_smoothing = 0.0;
};
class BinaryFocalCrossentropy : public LossRef {
 public:
  explicit BinaryFocalCrossentropy(const BinaryFocalCrossentropyOptions& options = {});
};

struct CategoricalFocalCrossentropyOptions {
  double alpha = 0.25;
  double gamma = 2.0;
  bool from_logits = false;
  double label_smoothing = 0.0;
};
class CategoricalFocalCrossentropy : public LossRef {
 public:
  explicit CategoricalFocalCrossentropy(const CategoricalFocalCrossentropyOptions& options = {});
};

class KLDivergence : public LossRef {
 public:
  KLDivergence();
};
class Hinge : public LossRef {  // y -1 or 1, or 0 or 1
 public:
  Hinge();
};
class SquaredHinge : public LossRef {
 public:
  SquaredHinge();
};
class CategoricalHinge : public LossRef {  // y one-hot
 public:
  CategoricalHinge();
};

}  // namespace rondo
