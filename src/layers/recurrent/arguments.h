// Keras's arguments that recurrent layers have in common, each written once: those of a cell, which ConvLSTM has too, and those
// of the walk over time, which are RecurrentLayer's own fields and RNN's only ones.
#pragma once

#include <optional>
#include <string>

#include "rondo/activations/activation.h"
#include "rondo/core/config.h"
#include "rondo/layers/recurrent.h"

namespace rondo {

// Where a layer that reads from the end puts its outputs, if there is a mask. The output that comes k-th goes into the row of
// the k-th time step that counts: a padded sequence gives the padded outputs of the sequence alone, and the mask and the
// targets fit them. Keras keeps the order in which all steps were read, padding too, and hands the mask on as it was; so do
// layers under keras_mask_compat, and those of a Bidirectional, which turns all rows round again.
class OutputRows {
 public:
  virtual ~OutputRows() = default;
  bool in_reading_order = false;
  bool settles(bool go_backwards, const RunContext& context) const {
    return go_backwards && !in_reading_order && !context.keras_masks;
  }
  virtual void keep_reading_order(bool keep) { in_reading_order = keep; }
};

struct CellArguments {
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer, recurrent_regularizer, bias_regularizer;
  Constraint kernel_constraint, recurrent_constraint, bias_constraint;
  double dropout = 0;            // of x, in training; at exactly 1 it drops nothing, as in Keras
  double recurrent_dropout = 0;  // of h
  std::optional<Index> seed;     // of both

  template <class Options>
  void take_cell(const Options& o) {
    activation = o.activation;
    if constexpr (requires { o.recurrent_activation; }) recurrent_activation = o.recurrent_activation;
    use_bias = o.use_bias;
    kernel_initializer = o.kernel_initializer;
    recurrent_initializer = o.recurrent_initializer;
    bias_initializer = o.bias_initializer;
    kernel_regularizer = o.kernel_regularizer;
    recurrent_regularizer = o.recurrent_regularizer;
    bias_regularizer = o.bias_regularizer;
    kernel_constraint = o.kernel_constraint;
    recurrent_constraint = o.recurrent_constraint;
    bias_constraint = o.bias_constraint;
    dropout = o.dropout;
    recurrent_dropout = o.recurrent_dropout;
    seed = o.seed;
  }
  // In Keras's order: up to the initializers, and from the regularizers on. gated: it has a recurrent_activation. activity:
  // where a layer's activity_regularizer is; a cell has none.
  void describe_cell_weights(ConfigVisitor& visitor, bool gated);
  void describe_cell_training(ConfigVisitor& visitor, const std::string& class_name, Regularizer* activity);
  // Throws Error(value | unsupported).
  void check_cell(const Layer& layer) const;
};

template <class Options>
void take_walk(RecurrentLayer& layer, const Options& o) {
  layer.return_sequences = o.return_sequences;
  layer.return_state = o.return_state;
  layer.go_backwards = o.go_backwards;
  layer.keep_state = o.stateful;
  if constexpr (requires { o.unroll; }) layer.unroll = o.unroll;
  layer.zero_output_for_mask = o.zero_output_for_mask;
  layer.batch_size = o.batch_size;
  layer.input_shape = o.input_shape;
}
void describe_walk(ConfigVisitor& visitor, RecurrentLayer& layer);
void copy_walk(const RecurrentLayer& from, RecurrentLayer& to);  // but for batch_size and input_shape

}  // namespace rondo
