// What a Model handle points to.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "model/graph.h"
#include "model/session.h"
#include "rondo/metrics/metric.h"
#include "rondo/model/model.h"

namespace rondo {

struct ModelState {
  std::string name;
  bool sequential = false;
  std::vector<LayerRef> stack;           // of a Sequential, also before it is built
  std::optional<SymbolicTensor> input;   // of a Sequential given an Input
  std::vector<SymbolicTensor> inputs, outputs;
  std::optional<Graph> graph;            // once built
  std::vector<Weight*> weights;          // layer by layer, Keras's order (a layer's trainable ones before the others)
  std::vector<Weight*> trainable;        // those that training moves, in the same order

  OptimizerRef optimizer;
  LossRef loss;
  std::vector<std::string> metric_names;
  std::vector<std::shared_ptr<Metric>> metrics;

  AxisNames axes;                        // names of the input's axes, for messages and the file
  std::uint64_t step = 0;                // training steps so far: keys the random draws

  // Builds a Sequential for this input shape (samples first).
  void build(const Shape& input);
  // Throws Error(state) with what to type if not built.
  const Graph& built() const;
  void pack(bool for_training);          // after any change of weights

  // Idle inference sessions, kept so that predict in a loop books nothing.
  std::mutex mutex;
  std::vector<std::unique_ptr<Session>> idle;
};

// A number of threads that was asked for (0: as many as cores), within [1, 256].
int thread_count(int asked);

// Checks one batch of arrays against the model's inputs, in words of axes; returns the arrays as the network takes them
// (a missing trailing 1 added). `what` names the argument: "X".
std::vector<Array> checked_inputs(const ModelState& model, const std::vector<Array>& x, const std::string& what);

}  // namespace rondo
