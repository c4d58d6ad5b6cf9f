// The cells of an RNN: what LSTM, GRU and SimpleRNN do in one time step.
//
// Each struct of options, here and beside every layer, writes out all of its fields although a cell's and its layer's are
// nearly the same: C++20 lets {.dropout = 0.1} name the fields of the struct itself, not those of a base, so a common base
// would take Keras's arguments out of the user's hands.
#pragma once

#include <optional>
#include <vector>

#include "rondo/layers/layer.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct LSTMCellOptions {
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;  // the forget gate's bias starts at 1
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  double dropout = 0;              // of what comes in, in training: the same values in all time steps
  double recurrent_dropout = 0;    // of h, for each gate
  std::optional<Index> seed = {};  // of both
  std::string name = {};
};

// Throws as LSTM does, and Error(unsupported) when it is called as a layer: it is for RNN and StackedRNNCells.
class LSTMCell : public LayerRef {
 public:
  explicit LSTMCell(Index units, const LSTMCellOptions& options = {});
};

struct GRUCellOptions {
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  double dropout = 0;
  double recurrent_dropout = 0;
  bool reset_after = true;  // the reset gate multiplies h.U instead of h; then there are two biases
  std::optional<Index> seed = {};
  std::string name = {};
};

class GRUCell : public LayerRef {
 public:
  explicit GRUCell(Index units, const GRUCellOptions& options = {});
};

struct SimpleRNNCellOptions {
  Activation activation = "tanh";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer recurrent_regularizer = {};
  Regularizer bias_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint recurrent_constraint = {};
  Constraint bias_constraint = {};
  double dropout = 0;
  double recurrent_dropout = 0;
  std::optional<Index> seed = {};
  std::string name = {};
};

class SimpleRNNCell : public LayerRef {
 public:
  explicit SimpleRNNCell(Index units, const SimpleRNNCellOptions& options = {});
};

struct StackedRNNCellsOptions {
  std::string name = {};
};

// Cells on top of each other, for RNN: each takes in what the one before gives, in the same time step. The states are those of
// the cells, in their order. Throws Error(value) without cells, Error(unsupported) for what is no cell.
class StackedRNNCells : public LayerRef {
 public:
  explicit StackedRNNCells(std::vector<LayerRef> cells, const StackedRNNCellsOptions& options = {});
};

}  // namespace rondo
