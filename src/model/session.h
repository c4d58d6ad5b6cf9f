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
  Shapes inputs;      // capacity of each input, samples first, all known
  Purpose purpose;
  int threads = 1;
};

// What a non-finite number was first seen in: first by node order, then by sample.
struct Culprit {
  std::string layer;
  Index sample;      // in the batch; -1: only the sum over the batch is not finite
};

class Session {
 public:
  // What a session of this size books, in bytes; allocates nothing. (weights and optimizer are the model's: left 0 here.)
  static Memory measure(const Graph& graph, const SessionSize& size);
  // Refuses with Error(memory), naming the figure, before allocating, if it is more than the machine has.
  Session(const Graph& graph, const SessionSize& size);
  ~Session();

  bool holds(const Shapes& inputs) const noexcept;  // within capacity
  // The batch to come: `inputs` are its shapes (same samples in each), within capacity.
  void start(const Shapes& inputs) noexcept;
  real* input(int i) noexcept;                  // where the batch is gathered
  const Port& output(int i) const noexcept;     // values and mask of model output i; whole batch
  real* output_gradient(int i) noexcept;        // d loss / d output i, to be filled before backward

  void forward(bool training, std::uint64_t seed = 0) noexcept;
  void backward() noexcept;                     // gradients() are then complete
  void update_moving() noexcept;                // Layer::update of every node, in order
  // Flat gradient of trainable weight number i (the order of ModelState::trainable).
  std::span<real> gradient(int i) noexcept;
  real* input_gradient(int i) noexcept;         // for gradient checks; only if asked for by want_input_gradients
  void want_input_gradients();                  // before the first start()

  // Streaming: Life::state of every node; see Purpose::streaming.
  void reset_state() noexcept;

  std::optional<Culprit> first_non_finite_value() const noexcept;
  std::optional<Culprit> first_non_finite_gradient() noexcept;

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
