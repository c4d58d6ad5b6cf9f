// What a layer demands of its inputs, and the messages when it does not get it. One place knows how the mistake was made,
// because one place knows which layer comes before.
#pragma once

#include <optional>

#include "rondo/core/error.h"
#include "rondo/layers/layer.h"

namespace rondo {

// While it lives, messages know what makes input 0 of the layer being built.
class Producer {
 public:
  // direct: the layer that makes input 0, nullptr for an input of the model. summary: the layer further up that turned time
  // steps into one row a sample, if there is one.
  Producer(const Layer* direct, const Layer* summary);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  struct Known {
    const Layer* direct = nullptr;
    const Layer* summary = nullptr;
  };
  static const Known& current();

 private:
  Known before_;
};

// Throws Error(shape) unless there are exactly `count` inputs.
void require_inputs(const Layer& layer, const Shapes& in, Index count = 1);
// Throws a ShapeReport unless input 0 is (samples, time steps, features): for recurrent layers and other walks over time. Knows
// a stacked LSTM without return_sequences, samples in input_shape, a missing axis.
void require_sequences(const Layer& layer, const Shapes& in);
// Throws a ShapeReport unless input 0 has at least `rank` axes.
void require_axes(const Layer& layer, const Shapes& in, Index rank);
// Throws a ShapeReport unless the last axis of input 0 has the size the layer's weights were built for. None is refused too.
void require_features(const Layer& layer, const Shapes& in);

// What a line to type changes of a layer.
struct Change {
  std::optional<bool> return_sequences = {};
  std::optional<Index> batch_size = {};
  std::optional<Shape> input_shape = {};
  std::optional<Index> units = {};
  bool inside = false;  // of another layer's line: that one names it
};
// The C++ line that makes this layer, all of its options included, but for the change: "LSTM(32, {.return_sequences = true})".
std::string line_of(const Layer& layer, const Change& change = {});
// Whether its config (or that of the layer inside) has return_sequences.
bool has_return_sequences(const Layer& layer);

}  // namespace rondo
