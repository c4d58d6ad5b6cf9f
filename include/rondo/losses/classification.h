// Keras's losses for classes and probabilities, as a user writes them: .loss = "binary_crossentropy" or .loss =
// CategoricalCrossentropy({.from_logits = true}). Their equations stand in src/losses/. axis is the one of the classes, or over
// which the mean is taken; `reduction` makes one number of what is left.
#pragma once

#include <optional>

#include "rondo/losses/loss.h"

namespace rondo {

struct BinaryCrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0.0;
  Index axis = -1;
  std::string reduction = "sum_over_batch_size";
};
class BinaryCrossentropy : public LossRef {  // y in [0, 1]; yhat probabilities, or logits
 public:
  explicit BinaryCrossentropy(const BinaryCrossentropyOptions& options = {});
};

struct CategoricalCrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0.0;
  Index axis = -1;
  std::string reduction = "sum_over_batch_size";
};
class CategoricalCrossentropy : public LossRef {  // y one-hot: a column a class
 public:
  explicit CategoricalCrossentropy(const CategoricalCrossentropyOptions& options = {});
};

struct SparseCategoricalCrossentropyOptions {
  bool from_logits = false;
  std::optional<double> ignore_class = {};  // rows of this class do not count
  Index axis = -1;
  std::string reduction = "sum_over_batch_size";
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
  Index axis = -1;
  std::string reduction = "sum_over_batch_size";
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
  Index axis = -1;
  std::string reduction = "sum_over_batch_size";
};
class CategoricalFocalCrossentropy : public LossRef {
 public:
  explicit CategoricalFocalCrossentropy(const CategoricalFocalCrossentropyOptions& options = {});
};

struct CategoricalGeneralizedCrossEntropyOptions {
  double q = 0.5;  // between 0 (crossentropy) and 1 (mean absolute error)
  std::string reduction = "sum_over_batch_size";
};
class CategoricalGeneralizedCrossEntropy : public LossRef {  // y the number of the class, yhat probabilities
 public:
  explicit CategoricalGeneralizedCrossEntropy(const CategoricalGeneralizedCrossEntropyOptions& options = {});
};

struct CircleOptions {
  double gamma = 80.0;
  double margin = 0.4;
  bool remove_diagonal = true;  // a sample is not compared with itself
  std::string reduction = "sum_over_batch_size";
};
class Circle : public LossRef {  // y the number of the class, yhat an embedding: samples of a class are drawn together
 public:
  explicit Circle(const CircleOptions& options = {});
};

class CTC : public LossRef {  // y a label for each sequence, classes from 1 on, then zeros; yhat logits of every time step
 public:
  explicit CTC(const LossOptions& options = {});
};

class KLDivergence : public LossRef {
 public:
  explicit KLDivergence(const LossOptions& options = {});
};
class Hinge : public LossRef {  // y -1 or 1, or 0 or 1
 public:
  explicit Hinge(const LossOptions& options = {});
};
class SquaredHinge : public LossRef {
 public:
  explicit SquaredHinge(const LossOptions& options = {});
};
class CategoricalHinge : public LossRef {  // y one-hot
 public:
  explicit CategoricalHinge(const LossOptions& options = {});
};

}  // namespace rondo
