// Bidirectional: a recurrent layer and its mirror image, which reads the sequence from its end.
#pragma once

#include "rondo/layers/layer.h"

namespace rondo {

struct BidirectionalOptions {
  std::string merge_mode = "concat";  // "sum", "mul", "ave", "concat"; "none" (Keras's None): two outputs
  LayerRef backward_layer = {};       // default: a copy of the layer with go_backwards
  Shape input_shape = {};             // without samples
  std::string name = {};
};

// Over LSTM, GRU, SimpleRNN, RNN, ConvLSTM1D and ConvLSTM2D; frames stay frames where the others have features and units.
// Input (samples, time steps, features), then optionally the initial states: those of the forward layer, those of the backward
// layer. Output (samples, units), or (samples, time steps, units) with return_sequences, where the backward output is turned to
// the order of time; the units of both with "concat", two such outputs with "none". return_state appends the final states,
// forward first.
//
// As in Keras the given layer is copied and its weights are not taken over; with return_sequences masked steps come out as
// zeros whatever zero_output_for_mask says. Throws Error(value) when the two layers do not suit each other (both in one
// direction, different flags; different units, except with "concat" and "none"), Error(unsupported) for a layer that is not
// recurrent.
class Bidirectional : public LayerRef {
 public:
  explicit Bidirectional(const LayerRef& layer, BidirectionalOptions options = {});
};

}  // namespace rondo
