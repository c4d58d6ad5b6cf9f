// What files of single losses check their options and widths with.
#pragma once

#include <cmath>
#include <string>

#include "core/words.h"
#include "rondo/core/error.h"
#include "rondo/losses/loss.h"

namespace rondo {

// The loss of an options struct, checked, with the reduction asked for.
inline std::shared_ptr<Loss> reduced(std::shared_ptr<Loss> loss, const std::string& reduction) {
  loss->set_reduction(reduction_of(reduction));
  loss->check();
  return loss;
}

inline void check_share(const Loss& loss, const char* key, double value) {
  if (!(value >= 0 && value <= 1))
    fail(Code::value, loss.class_name() + ": " + key + " lies between 0 and 1, got " + short_number(value));
}

inline void check_finite(const Loss& loss, const char* key, double value) {
  if (!std::isfinite(value))
    fail(Code::value, loss.class_name() + ": " + key + " must be a finite number, got " + short_number(value));
}

inline void check_from(const Loss& loss, const char* key, double value, double least) {
  if (!(value >= least && std::isfinite(value))) {
    fail(Code::value, loss.class_name() + ": " + key + " must be a number from " + std::to_string(static_cast<int>(least)) +
                          " on, got " + short_number(value));
  }
}

// A loss over classes needs two of them.
inline void check_classes(const Loss& loss, Index width) {
  if (width >= 2) return;
  fail(Code::shape,
       loss.class_name() + " compares classes, and the model gives " + std::to_string(width) +
           " value a row: the probability of one class is always 1.\n  fix: one output a class, for example Dense(2, "
           "{.activation = \"softmax\"}); for yes or no, .loss = \"binary_crossentropy\" and Dense(1, {.activation = "
           "\"sigmoid\"})");
}

// A loss of a distribution needs two outputs for every target.
inline void check_pairs(const Loss& loss, Index width) {
  if (width >= 2 && width % 2 == 0) return;
  fail(Code::shape, loss.class_name() +
                        " needs two outputs for every target, means first, then logarithms of variances; the model " +
                        "gives " + std::to_string(width) + " a row.\n  fix: Dense(2) for one target");
}

// Keras divides label_smoothing by the size of the last axis, wherever the classes lie.
inline void check_smoothing(const Loss& loss, const Shape& output, Index axis, double label_smoothing) {
  if (label_smoothing == 0 || axis == -1 || axis == output.rank() - 1) return;
  fail(Code::value,
       loss.class_name() + ": label_smoothing needs the classes in the last axis; axis is " + std::to_string(axis));
}

// A target that is the number of a class.
inline bool is_class(real y, Index classes) {
  return y >= 0 && static_cast<double>(y) < static_cast<double>(classes) && y == std::floor(y);
}
inline std::string class_wanted(Index classes) { return "a class is a whole number from 0 to " + std::to_string(classes - 1); }

}  // namespace rondo
