// Layout: where everything a session needs lies in its one allocation. Session::measure and the session itself use the same
// code, so what is promised is what is booked.
//
//   training                                     inference
//   every value, whole batch                     inputs and outputs, whole batch
//   a gradient buffer for every reader           -
//   masks, sums of mixing layers                 masks
//   saved, gradients: one a shard                -
//   scratch: one a thread                        scratch and the values between layers (reused by liveness): one a thread
#pragma once

#include <vector>

#include "model/graph.h"
#include "model/session.h"

namespace rondo {

inline constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

struct Layout {
  // One output of a node.
  struct Value {
    bool whole = true;           // in the common part, for the whole batch; otherwise within a thread's part, for one shard
    std::size_t at = nowhere;    // bytes
    std::size_t mask = nowhere;  // bytes, in the common part; a mask passed on has its maker's place
    Index mask_steps = 0;        // of the batch at hand
    Dims dims;                   // of the batch at hand; samples are set shard by shard
    Index per_sample = 0;        // of the batch at hand
    bool wanted = false;         // backward needs d of this value
    // Where d of this value arrives, in order of summation: the loss and penalties first, then its readers. The sum gathers in
    // the first.
    std::vector<std::size_t> d;
    std::size_t read_first = 0;  // how many of those are no readers
  };
  struct Node {
    std::vector<Value> out;
    std::vector<std::size_t> d_in;  // per input: where this node leaves its d, or nowhere
    bool backward = false;
    int forward_rounds = 0, backward_rounds = 0;
    std::vector<std::size_t> partial;  // per round: shard 0's sums; those of shard s lie `partial_bytes` further on
    std::vector<std::size_t> joint;    // per round
    std::vector<Index> partial_size;
    NodeTable table;
  };
  // A value that adds to the loss by itself (layers/base/activity.h).
  struct Penalised {
    int node, output;
    Regularizer by;
    std::size_t d = nowhere;     // where its slope arrives, for the whole batch
    std::size_t kept = nowhere;  // the rows that count, one behind the other; nowhere: all do
  };

  std::vector<Node> nodes;
  std::vector<std::size_t> output_gradients;  // per model output
  std::vector<Penalised> penalised;
  bool penalties = false;  // values are penalised, and layers put out what they have inside
  std::vector<WeightEntry> trained;
  std::vector<std::size_t> gradient_at;  // per trained weight, in reals
  Index shards = 1, rows = 1;            // at capacity
  int workers = 1;

  std::size_t common = 0;         // bytes, from the start of the arena
  std::size_t state = 0;          // a shard
  std::size_t saved = 0;          // a shard
  std::size_t gradient = 0;       // a shard
  std::size_t scratch = 0;        // a thread
  std::size_t between = 0;        // a thread
  std::size_t partial_bytes = 0;  // a shard; part of common

  Memory memory() const;  // throws Error(memory) if it overflows

  static Layout make(const Graph& graph, const SessionSize& size);
  // Fits dims and per_sample to a batch of these shapes.
  void fit(const Graph& graph, const Shapes& inputs);
};

}  // namespace rondo
