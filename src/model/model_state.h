// What a Model handle points to.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "model/graph.h"
#include "model/session.h"
#include "rondo/constraints/constraint.h"
#include "rondo/metrics/metric.h"
#include "rondo/model/model.h"
#include "rondo/regularizers/regularizer.h"

namespace rondo {

// What training does to a weight beside its update.
struct WeightRules {
  Weight* weight;
  std::optional<Penalty> penalty;
  std::optional<Projection> projection;
};

// Where a fit is. BackupAndRestore reads it, and moves it before the first epoch.
struct FitPosition {
  Index epoch = 0, batch = 0;       // batches of this epoch that are done
  Index pass = 0, sample = 0;       // over the samples in their order, and the first of the next batch
  std::vector<double> loss_sums{};  // of the batches of this epoch; see Averages
  // What must be the same for the same numbers to follow.
  Index batch_size = 0, samples = 0;
  std::uint64_t seed = 0;
  bool shuffle = true;
  const Callbacks* callbacks = nullptr;
};

struct ModelState {
  std::string name;
  bool sequential = false;
  std::vector<LayerRef> stack;          // of a Sequential, also before it is built
  std::optional<SymbolicTensor> input;  // of a Sequential given an Input
  std::vector<SymbolicTensor> inputs, outputs;
  std::optional<Graph> graph;      // once built
  std::vector<Weight*> weights;    // layer by layer, Keras's order (a layer's trainable ones before the others)
  std::vector<Weight*> trainable;  // those that training moves, in the same order

  std::vector<WeightRules> rules;  // of `trainable`, in the same order

  OptimizerRef optimizer;
  CompileOptions asked;         // as compile was given it, for the file
  LossRef loss;                 // of the first output that has one
  std::vector<LossRef> losses;  // of each output; empty: none
  std::vector<double> loss_weights;
  std::vector<std::string> metric_names;         // keys in the logs
  std::vector<std::shared_ptr<Metric>> metrics;  // under those names
  std::vector<std::size_t> metric_outputs;       // whose metric it is
  std::vector<bool> metric_weighted;             // whether it sees the weights of the samples

  bool validates = false;                // the fit at hand validates, perhaps not after every epoch
  FitPosition* fitting = nullptr;        // of the fit at hand
  std::weak_ptr<Layer> as_layer;         // this model as a layer of others, if there is one
  std::vector<std::string> output_keys;  // of a file whose model gives an object of outputs; empty: a list
  AxisNames axes;                        // names of the input's axes, for messages and the file
  std::uint64_t step = 0;                // training steps so far: keys the random draws
  bool keras_mask_compat = false;        // lose masks in silence where Keras does; a file written by Keras sets it

  // Builds a Sequential for this input shape (samples first).
  void build(const Shape& input);
  // The graph, ready to run. Throws Error(state) with what to type if not built, Error(shape) if a mask would be lost.
  const Graph& built() const;
  void pack(bool for_training);  // after any change of weights (fit: once a step)
  // Fills `weights` and `trainable` anew: after building, and when a layer's `trainable` was changed.
  void list_weights();

  // A session of at least this size: an idle one or a new one. Give it back after use; drop it after an error. `threads` as
  // given by thread_count().
  std::unique_ptr<Session> borrow(const SessionSize& size);
  void give_back(std::unique_ptr<Session> session, const SessionSize& size);

  // Stateful layers: their state, between one call of fit, evaluate or predict and the next. load before the first batch,
  // store after the last.
  bool stateful() const;
  void load_state(Session& session);
  void store_state(Session& session);
  std::vector<std::byte> carried;

  // Idle inference sessions, kept so that predict in a loop books nothing.
  struct Idle {
    SessionSize size;
    std::unique_ptr<Session> session;
  };
  std::mutex mutex;  // of idle
  // A Sequential that waits for data is built by the first of several predicts; `ready` is set when it is done.
  std::mutex building;
  std::atomic<bool> ready{false};
  std::vector<Idle> idle;
};

// A number of threads that was asked for (0: as many as cores), within [1, 256].
int thread_count(int asked);

// A loss that depends on the targets' shapes learns of them ("crossentropy"); checked_targets does it itself.
void choose_losses(const ModelState& model, const Shapes& inputs, const Shapes& y);

// The shapes of the targets for inputs of these shapes: the outputs', as the loss takes them (one number a row where a target
// is the number of a class). Throws Error(shape) if the loss or a metric does not suit the outputs.
Shapes target_shapes(const ModelState& model, const Shapes& inputs);

// Checks arrays against the model's inputs, in words of axes. Returns the shapes as the network takes them: a missing trailing
// 1 added or one too many taken away, which moves no value. `what` names the argument: "X". Builds a Sequential that waited for
// data. Throws Error(shape).
Shapes checked_inputs(ModelState& model, const std::vector<Array>& x, const std::string& what = "X");
// The same for the targets of x (checked before): one array an output, as many samples, the shape of the output (a trailing 1
// may be missing or too many; nothing broadcasts).
Shapes checked_targets(const ModelState& model, const Shapes& x, const std::vector<Array>& y, const std::string& what = "y");
// The same for a source's shapes (first size None). Throws Error(shape).
Shapes checked_source_inputs(ModelState& model, const Shapes& x);
Shapes checked_source_targets(const ModelState& model, const Shapes& x, const Shapes& y);
// The outputs' names in logs and in compile: their keys, if they have any, as in Keras; otherwise those of their layers, a
// second output of one layer numbered.
std::vector<std::string> output_names(const ModelState& model);
// The outputs' shapes when the inputs have these.
Shapes outputs_for(const Graph& graph, const Shapes& inputs);

}  // namespace rondo
