// RNN: a recurrent layer made of a cell, or of several on top of each other.
#pragma once

#include <initializer_list>

#include "rondo/layers/rnn_cells.h"

namespace rondo {

// Keras's arguments, order and defaults.
struct RNNOptions {
  bool return_sequences = false;      // the output of every time step instead of the last one's
  bool return_state = false;          // also the final states, cell by cell
  bool go_backwards = false;          // reads from the end; outputs stay in reading order
  bool stateful = false;              // keeps its states from batch to batch; needs a fixed batch_size
  bool unroll = false;                // accepted; changes no number
  bool zero_output_for_mask = false;  // masked steps give zeros instead of repeating the output before
  Regularizer activity_regularizer = {};
  Index batch_size = None;  // only with stateful
  Shape input_shape = {};   // (time steps, features) of the first layer
  std::string name = {};
};

// (samples, time steps, features) -> (samples, units of the last cell), or (samples, time steps, units) with return_sequences;
// then, with return_state, the final states. Initial states may come after x: (samples, units) each, h and c of an LSTMCell.
// RNN(LSTMCell(n)) computes what LSTM(n) does, as fast. A cell belongs to one RNN, which decides what it returns.
//
//     model.add(RNN({LSTMCell(32), GRUCell(16)}, {.return_sequences = true}));
//
// Throws Error(unsupported) for what is no cell and for a cell that is in another RNN, Error(shape) as LSTM.
class RNN : public LayerRef {
 public:
  explicit RNN(const LayerRef& cell, const RNNOptions& options = {});
  RNN(std::initializer_list<LayerRef> cells, const RNNOptions& options = {});  // StackedRNNCells of them
};

}  // namespace rondo
