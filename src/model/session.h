// Session: one model at one capacity, with all its memory booked. Runs batches on a pool of threads.
//
// The batch is cut into shards (about 16 rows, at most 16); the cuts depend on the batch alone. Shards run forward; outputs lie
// side by side, so the loss sees the whole batch in sample order; shards run backward; gradients are summed in shard order.
// A layer that mixes samples cuts the graph into segments where shards join. No result depends on the number of threads.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/graph.h"
#include "rondo/model/model.h"

namespace rondo {

struct SessionSize {
  Shapes inputs;  // capacity of each input, samples first, all known
  Purpose purpose;
  int threads = 1;
  bool input_gradients = false;  // for gradient checks
  bool masked_inputs = false;    // every input with time steps has a mask, filled by the caller
  bool penalties = false;        // penalty() will be asked for; a session for training always has it
};

// What a non-finite number was first seen in: first by node order, then by sample.
struct Culprit {
  std::string layer;
  Index sample;        // in the batch; -1: only the sum over the batch is not finite
  bool given = false;  // what the layer was given of this sample was not finite either
};

class Session {
 public:
  // What a session of this size books, in bytes; allocates nothing. (weights and optimizer are the model's: left 0 here.)
  static Memory measure(const Graph& graph, const SessionSize& size);
  // Refuses with Error(memory), naming the figure, before allocating, if it is more than the machine has.
  Session(const Graph& graph, const SessionSize& size);
  ~Session();

  Index booked() const noexcept;                    // bytes of the one allocation: the total of measure()
  bool holds(const Shapes& inputs) const noexcept;  // within capacity
  // The batch to come: `inputs` are its shapes (the same samples in each). Throws Error(shape) if they exceed the capacity or
  // do not suit; allocates only when another size than samples differs from the last start.
  void start(const Shapes& inputs);
  // The same sizes as last time (at first: the capacity's) but for the samples, which must be within capacity.
  void start(Index samples) noexcept;
  Index samples() const noexcept;
  real* input(int i) noexcept;               // where the batch is gathered
  std::uint8_t* input_mask(int i) noexcept;  // (samples, time steps), 1 = valid; nullptr without masked_inputs
  const Port& output(int i) const noexcept;  // values and mask of model output i; whole batch
  // After forward: kept[b] = 0 where sample b is nothing but padding for model output i, which carries no mask (padding.h), and
  // 1 elsewhere. Returns whether there is such a sample; always false with Graph::keras_masks.
  bool find_padding(int i, std::uint8_t* kept) const noexcept;
  real* output_gradient(int i) noexcept;  // d loss / d output i, to be filled before each backward, which changes it

  void forward(bool training, std::uint64_t seed = 0) noexcept;
  // What layers' activity_regularizers add to the loss of the last forward. Their slopes are part of backward.
  double penalty() const noexcept;
  // What a layer could not work with in the last forward: the first sample's.
  std::optional<Finding> finding() const noexcept;
  // Throws Error(value) in that layer's words if there is any; sample number i of the batch is called first + i, or ids[i].
  void refuse_finding(Index first = 0) const;
  void refuse_finding(std::span<const Index> ids) const;
  void backward() noexcept;       // gradients() are then complete
  void update_moving() noexcept;  // Layer::update of every node, in order; after forward(true)
  // Flat gradient of trained weight number i (the order of ModelState::trainable when the session was made).
  int gradients() const noexcept;  // their number
  std::span<real> gradient(int i) noexcept;
  const real* input_gradient(int i) const noexcept;  // nullptr unless SessionSize::input_gradients; after backward

  // Life::state of every node: of streams, and of stateful layers.
  void reset_state() noexcept;
  std::span<std::byte> state() noexcept;

  // In node order (a training session keeps every value; one for inference knows its outputs only), then by sample.
  std::optional<Culprit> first_non_finite_value() const;
  // After backward: from the loss towards the inputs, then by sample; then the weights' gradients.
  std::optional<Culprit> first_non_finite_gradient() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Rows per shard and their number for a batch.
struct Shards {
  Index count;
  Index first(Index i, Index samples) const { return samples * i / count; }
};
Shards shards_of(Index samples);

}  // namespace rondo
