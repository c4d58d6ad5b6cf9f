// Sequential and functional models: build, compile, fit, evaluate, predict, stream.
#pragma once

#include <atomic>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rondo/core/array.h"
#include "rondo/data/sequences.h"
#include "rondo/data/source.h"
#include "rondo/layers/layer.h"
#include "rondo/losses/loss.h"
#include "rondo/metrics/metric.h"
#include "rondo/model/per_output.h"
#include "rondo/optimizers/optimizer.h"

namespace rondo {

struct GraphNode;    // src/model/graph.h
struct ModelState;   // src/model/model_state.h
struct StreamState;  // src/model/stream.cpp
class Model;

// A tensor of the functional graph: a shape and the call that makes it.
class SymbolicTensor {
 public:
  SymbolicTensor(std::shared_ptr<GraphNode> node, int output) : node_(std::move(node)), output_(output) {}
  const Shape& shape() const;  // with samples first: (None, 10, 2)
  const std::shared_ptr<GraphNode>& node() const { return node_; }
  int output() const { return output_; }

 private:
  std::shared_ptr<GraphNode> node_;
  int output_;
};

struct InputOptions {
  Index batch_size = None;
  std::string name = {};
};
// shape: without samples; None for an axis of any length: Input({None, 3}).
SymbolicTensor Input(const Shape& shape, const InputOptions& options = {});

// Several arrays where one is usual: the inputs of a functional model, in the model's order.
class Arrays {
 public:
  Arrays(const Array& one) : arrays_{one} {}
  Arrays(std::initializer_list<Array> several) : arrays_(several) {}
  Arrays(std::vector<Array> several) : arrays_(std::move(several)) {}
  const std::vector<Array>& all() const { return arrays_; }

 private:
  std::vector<Array> arrays_;
};

// Losses and metrics of one epoch: {"loss": 0.1, "val_loss": 0.2}.
using Logs = std::map<std::string, double>;

// What fit returns: history["loss"][epoch].
struct History {
  std::map<std::string, std::vector<double>> history;
  std::vector<std::string> keys;  // of history in Keras's order: alphabetical, then what callbacks add
  std::vector<Index> epoch;
  bool interrupted = false;  // stopped by FitOptions::stop; the weights are those of the last finished step
};

// What a callback has to remember to go on in a later fit as if there had been no break: see BackupAndRestore.
struct CallbackState {
  std::map<std::string, double> numbers;
  std::vector<Array> arrays;
};

// Called by fit. A callback that throws ends fit; the model keeps the weights of the last finished step.
class Callback {
 public:
  virtual ~Callback() = default;
  virtual void on_train_begin(Model&) {}
  virtual void on_epoch_begin(Index /*epoch*/, Model&) {}
  virtual void on_batch_begin(Index /*batch*/, Model&) {}
  virtual void on_batch_end(Index /*batch*/, const Logs&, Model&) {}
  // Around a validation, and around an evaluate that is given this callback.
  virtual void on_test_begin(Model&) {}
  virtual void on_test_end(const Logs&, Model&) {}
  virtual void on_epoch_end(Index /*epoch*/, const Logs&, Model&) {}
  virtual void on_train_end(Model&) {}
  // Adds to an epoch's logs before they are recorded: {"learning_rate": ...}.
  virtual void on_epoch_logs(Index /*epoch*/, Logs&, Model&) {}
  // The step found a number that is not finite and was not taken. True: end fit here instead of throwing.
  virtual bool on_non_finite(Model&) { return false; }
  // After every callback's on_train_begin and on_epoch_end.
  virtual void after_train_begin(Model&) {}
  virtual void after_epoch_end(Index /*epoch*/, Model&) {}
  virtual CallbackState state() const { return {}; }
  virtual void restore(const CallbackState&) {}
  bool stop_training = false;  // set it to end fit after this batch, or epoch; a validation and on_epoch_end still follow
};
using Callbacks = std::vector<std::shared_ptr<Callback>>;

// In Keras's order. loss, loss_weights and metrics: one for all outputs, or one an output (per_output.h); a LossRef() among
// several losses leaves that output out. weighted_metrics see sample_weight and class_weight as the loss does; one whose name
// is taken by a metric is "weighted_" and its name in the logs.
struct CompileOptions {
  OptimizerRef optimizer = "rmsprop";
  PerOutput<LossRef> loss = {};
  PerOutput<double> loss_weights = {};
  MetricLists metrics = {};
  MetricLists weighted_metrics = {};
};

// Weights of the loss: one for each sample, (samples) or (samples, 1), or one for each time step, (samples, time steps). One
// array an output, or one a sample for all outputs. Never guessed: (samples) always means samples.
using SampleWeight = std::optional<Arrays>;

struct ValidationData {
  Arrays x;
  Arrays y;
  SampleWeight sample_weight = {};
};

// Which epochs end with a validation: every `n`-th, or those listed, counted from 1 as in Keras.
class ValidationFreq {
 public:
  ValidationFreq(Index every) : every_(every) {}
  ValidationFreq(std::initializer_list<Index> epochs) : epochs_(epochs) {}
  ValidationFreq(std::vector<Index> epochs) : epochs_(std::move(epochs)) {}
  Index every() const { return every_; }  // 0: those listed
  const std::vector<Index>& epochs() const { return epochs_; }

 private:
  Index every_ = 0;
  std::vector<Index> epochs_;
};

// In Keras's order; what Keras does not have comes last.
struct FitOptions {
  Index batch_size = 32;
  Index epochs = 1;
  std::ostream* verbose = nullptr;  // where progress goes: &std::cerr; nullptr says nothing
  Callbacks callbacks = {};
  double validation_split = 0.0;  // the last samples, before shuffling
  std::optional<ValidationData> validation_data = {};
  bool shuffle = true;
  std::map<Index, double> class_weight = {};  // of the samples of a class; 1 for the classes that are not named
  SampleWeight sample_weight = {};
  Index initial_epoch = 0;
  std::optional<Index> steps_per_epoch = {};   // batches in an epoch; the next goes on where it ended
  std::optional<Index> validation_steps = {};  // batches in a validation
  std::optional<Index> validation_batch_size = {};
  ValidationFreq validation_freq = 1;
  bool bucket = false;                        // of Sequences: batches of samples of like length; their order is shuffled
  const Source* validation_source = nullptr;  // instead of validation_data
  std::uint64_t seed = 0;                     // of the order of samples
  int threads = 0;                            // 0: as many as there are cores. Never changes a result
  const std::atomic<bool>* stop = nullptr;    // set it (from a signal handler, say) to stop after the current step
  bool terminal = false;                      // verbose is a terminal: the line of the running epoch is redrawn in place
};

struct EvaluateOptions {
  Index batch_size = 32;
  SampleWeight sample_weight = {};
  std::optional<Index> steps = {};  // batches; all of them if not given
  Callbacks callbacks = {};         // their on_test_begin and on_test_end
  int threads = 0;
};

// Of train_on_batch and test_on_batch.
struct BatchOptions {
  SampleWeight sample_weight = {};
  std::map<Index, double> class_weight = {};
  int threads = 0;
};

struct PredictOptions {
  Index batch_size = 32;
  int threads = 0;
};

struct SummaryOptions {
  int width = 0;  // of the table; 0: as wide as it needs
};

// Exact memory in bytes, as a session of this size books it.
struct Memory {
  Index weights = 0;      // and their packed copies
  Index gradients = 0;    // of every shard
  Index optimizer = 0;    // its slots
  Index activations = 0;  // values between layers, and their gradients
  Index saved = 0;        // kept from forward to backward
  Index scratch = 0;      // within one call, of every thread
  Index total() const { return weights + gradients + optimizer + activations + saved + scratch; }
};
struct MemoryOptions {
  Index batch_size = 32;
  std::optional<Index> steps = {};  // for axes that are None; needed if the model has any
  bool training = true;
  int threads = 0;
};

// The carried state of a stream: see Model::state.
class State {
 public:
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;
  ~State();
  Index rows() const;
  void reset() noexcept;  // back to zeros

 private:
  friend class Model;
  explicit State(std::unique_ptr<StreamState> p);
  std::unique_ptr<StreamState> p_;
};

// A model: a graph of layer calls. A handle: copying it shares the layers.
class Model {
 public:
  Model(std::vector<SymbolicTensor> inputs, std::vector<SymbolicTensor> outputs, const std::string& name = "");
  Model(const SymbolicTensor& input, const SymbolicTensor& output, const std::string& name = "")
      : Model(std::vector{input}, std::vector{output}, name) {}
  virtual ~Model() = default;

  const std::string& name() const;
  bool built() const;
  Shapes input_shapes() const;  // with samples first
  Shapes output_shapes() const;
  std::vector<LayerRef> layers() const;  // without inputs, in order
  LayerRef layer(const std::string& name) const;

  // The model as a layer of another: model(x), Sequential({model, Dense(1)}), TimeDistributed(model). Each call is one more
  // call of the same layer: its weights are shared, also with this handle.
  LayerRef as_layer() const;
  operator LayerRef() const { return as_layer(); }
  SymbolicTensor operator()(const SymbolicTensor& input) const { return as_layer()(input); }
  std::vector<SymbolicTensor> call(const std::vector<SymbolicTensor>& inputs) const { return as_layer().call(inputs); }
  // Sets `trainable` of every layer, as Keras's model.trainable = ... does.
  void set_trainable(bool trainable);

  // Weights in Keras's order (layer by layer). set_weights checks every shape before it changes one.
  std::vector<Array> get_weights() const;
  void set_weights(const std::vector<Array>& weights);
  Index count_params() const;
  // A uint64 over all weight bits: equal models have equal digests.
  std::uint64_t weights_digest() const;

  void compile(CompileOptions options);
  bool compiled() const;
  const CompileOptions& compile_options() const;
  const OptimizerRef& optimizer() const;
  const LossRef& loss() const;                      // of the first output that has one
  const std::vector<std::string>& metrics() const;  // their names in the logs: "mae", with several outputs "level_mae"

  History fit(const Arrays& x, const Arrays& y, const FitOptions& options = {});
  History fit(const Source& data, const FitOptions& options = {});
  // Samples of different lengths. y: one row a sample, or one a time step. As a padded and masked array would train, without
  // its padding. validation_data is for arrays: give a Source, or a split.
  History fit(const Sequences& x, const Arrays& y, const FitOptions& options = {});
  History fit(const Sequences& x, const Sequences& y, const FitOptions& options = {});
  Logs evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options = {});
  Logs evaluate(const Source& data, const EvaluateOptions& options = {});
  Logs evaluate(const Sequences& x, const Arrays& y, const EvaluateOptions& options = {});
  Logs evaluate(const Sequences& x, const Sequences& y, const EvaluateOptions& options = {});
  // One step of training on one batch; returns its loss.
  double train_on_batch(const Arrays& x, const Arrays& y, int threads = 0);
  // The same with weights; loss and metrics of this batch alone (Keras's are means since the last reset_metrics).
  Logs train_on_batch(const Arrays& x, const Arrays& y, const BatchOptions& options);
  Logs test_on_batch(const Arrays& x, const Arrays& y, const BatchOptions& options = {});
  std::vector<Array> predict_on_batch(const Arrays& x, int threads = 0) const;

  Array predict(const Arrays& x, const PredictOptions& options = {}) const;  // a model with one output
  std::vector<Array> predict_all(const Arrays& x, const PredictOptions& options = {}) const;
  std::vector<Array> predict(const Source& data, const PredictOptions& options = {}) const;
  // In the order of x, whatever the lengths: one row a sample (predict), or one a time step (predict_sequences).
  Array predict(const Sequences& x, const PredictOptions& options = {}) const;
  Sequences predict_sequences(const Sequences& x, const PredictOptions& options = {}) const;

  // Streaming: one time step a call, state carried. state() books everything; step() allocates nothing and gives the same bits
  // as the whole sequence. A model that needs the future (Bidirectional, go_backwards) is refused, naming the layer.
  State state(Index rows = 1) const;
  // x: rows x features of one time step. The view lives until the next step of this state.
  // x of another size than rows x features: an empty view, and nothing moves.
  std::span<const real> step(std::span<const real> x, State& state) const noexcept;
  // A model with several inputs: one span each.
  std::span<const real> step(std::initializer_list<std::span<const real>> x, State& state) const noexcept;
  Shape step_shape(const State& state) const;  // of the view

  void reset_states();  // of layers with stateful=True

  // True: masks as in Keras. A layer that does not hand a mask on loses it in silence (default: such a model is refused), and
  // one that is called with more than its input, an initial state, runs over the padding (default: it skips it).
  void set_keras_mask_compat(bool compat);

  Memory memory(const MemoryOptions& options = {}) const;
  std::string summary(const SummaryOptions& options = {}) const;

  ModelState& internal() const { return *p_; }

 protected:
  explicit Model(std::shared_ptr<ModelState> p) : p_(std::move(p)) {}
  std::shared_ptr<ModelState> p_;
};

// A chain of layers, built when the input shape is known: from input_shape of the first layer, an Input, or the first data.
class Sequential : public Model {
 public:
  explicit Sequential(const std::string& name = "");
  Sequential(std::initializer_list<LayerRef> layers, const std::string& name = "");
  explicit Sequential(const std::vector<LayerRef>& layers, const std::string& name = "");  // made in a loop, say
  void add(const LayerRef& layer);
  void add(const SymbolicTensor& input);  // model.add(Input({10, 2}))
  void pop();
  // shape with samples first: build({None, 10, 2}).
  void build(const Shape& input_shape);
};

// The seed of every weight drawn from now on in this thread's models (default 0). Call it before building.
void set_random_seed(std::uint64_t seed);

}  // namespace rondo
