#include "layers/recurrent/arguments.h"

#include "core/words.h"
#include "layers/base/options.h"
#include "layers/base/seed.h"
#include "rondo/core/error.h"

namespace rondo {

void CellArguments::describe_cell_weights(ConfigVisitor& v, bool gated) {
  v.field("activation", activation, "tanh");
  if (gated) v.field("recurrent_activation", recurrent_activation, "sigmoid");
  v.field("use_bias", use_bias, true);
  v.field("kernel_initializer", kernel_initializer, "glorot_uniform");
  v.field("recurrent_initializer", recurrent_initializer, "orthogonal");
  v.field("bias_initializer", bias_initializer, "zeros");
}

void CellArguments::describe_cell_training(ConfigVisitor& v, const std::string& class_name, Regularizer* activity) {
  v.field("kernel_regularizer", kernel_regularizer);
  v.field("recurrent_regularizer", recurrent_regularizer);
  v.field("bias_regularizer", bias_regularizer);
  if (activity != nullptr) v.field("activity_regularizer", *activity);
  v.field("kernel_constraint", kernel_constraint);
  v.field("recurrent_constraint", recurrent_constraint);
  v.field("bias_constraint", bias_constraint);
  v.field("dropout", dropout, 0.0);
  v.field("recurrent_dropout", recurrent_dropout, 0.0);
  describe_seed(v, class_name, seed);
}

void CellArguments::check_cell(const Layer& layer) const {
  require_activation(layer, "activation", activation);
  require_activation(layer, "recurrent_activation", recurrent_activation);
  const auto share = [&](const char* key, double rate) {
    if (!(rate >= 0 && rate <= 1))
      fail(Code::value,
           layer.class_name() + ": " + key + " is the share that becomes 0, from 0 to 1; got " + short_number(rate));
  };
  share("dropout", dropout);
  share("recurrent_dropout", recurrent_dropout);
  require_seed(layer, seed);
}

void describe_walk(ConfigVisitor& v, RecurrentLayer& layer) {
  v.field("return_sequences", layer.return_sequences, false);
  v.field("return_state", layer.return_state, false);
  v.field("go_backwards", layer.go_backwards, false);
  v.field("stateful", layer.keep_state, false);
  v.field("unroll", layer.unroll, false);
  v.field("zero_output_for_mask", layer.zero_output_for_mask, false);
}

void copy_walk(const RecurrentLayer& from, RecurrentLayer& to) {
  to.return_sequences = from.return_sequences;
  to.return_state = from.return_state;
  to.go_backwards = from.go_backwards;
  to.keep_state = from.keep_state;
  to.unroll = from.unroll;
  to.zero_output_for_mask = from.zero_output_for_mask;
}

}  // namespace rondo
