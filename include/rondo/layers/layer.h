// The contract every layer keeps, and the handle users hold.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rondo/core/config.h"
#include "rondo/core/shape.h"
#include "rondo/layers/plan.h"
#include "rondo/layers/weights.h"

namespace rondo {

// What a layer makes of the masks on its inputs.
enum class MaskFlow {
  none,  // its output has no time steps to mask, or it has used the mask up
  pass,  // output 0 carries input 0's mask, unchanged; so does every other output that has time steps
  make,  // it writes the mask of output 0 itself
  drop,  // it would lose the mask: refused unless the model asks for Keras's silence
};

enum class Direction { forward, backward };

class Layer {
 public:
  virtual ~Layer() = default;
  Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  virtual std::string class_name() const = 0;  // "LSTM"
  // Names every field of the config (without `name` and `trainable`, which all layers have).
  virtual void describe(ConfigVisitor& visitor) = 0;

  // Books the weights for inputs of these shapes (first size: samples, usually None). Called once, through ensure_built.
  // Throws a ShapeReport when the inputs do not suit.
  virtual void build(const Shapes& in, Weights& weights) = 0;
  // The shapes that come out; sizes may be None. Throws like build.
  virtual Shapes output_shapes(const Shapes& in) const = 0;
  // Books what one call needs at this capacity (all sizes known).
  virtual void plan(const Shapes& in, Plan& plan) const = 0;
  virtual void forward(const Run& run) const noexcept = 0;
  // Overwrites d_in (which may be absent); ADDS to weight gradients.
  virtual void backward(const Run& run) const noexcept = 0;

  virtual MaskFlow mask_flow(std::span<const bool> masked) const {
    return !masked.empty() && masked[0] ? MaskFlow::pass : MaskFlow::none;
  }
  // Refreshes the packed copies from the weights; for_training: those of backward too.
  // (its own only: refresh() walks into the layers inside)
  virtual void pack(Weights& /*weights*/, bool /*for_training*/) const noexcept {}
  // Checks and fills in what depends on the config only, before the first build ("activation 'tnah' is unknown").
  virtual void check() const {}

  // What is wrong with a value that forward reported (Run::report), and what to do.
  virtual std::string complaint(const Finding&) const { return {}; }

  // "" if the layer can run one time step at a time, otherwise why not.
  virtual std::string streaming_refusal() const { return {}; }
  // Keeps its state between calls to predict and fit (Keras's stateful=True).
  virtual bool stateful() const { return false; }

  // A layer that mixes samples (BatchNormalization in training) needs sums over the whole batch before it can go on. Each
  // round, every shard adds its part into run.partial(round), `partial_size` doubles that start at zero; the session sums
  // them in shard order and every shard then reads run.joint(round). forward/backward run after the last round.
  // backward's rounds follow forward's in numbering: forward 0..f-1, backward f..f+b-1. Only a session for training asks; a
  // layer that does not mix now (it is frozen, say) answers 0. With run.training() false no partial() is called, whatever
  // rounds() says.
  virtual int rounds(Direction) const { return 0; }
  virtual Index partial_size(int /*round*/) const { return 0; }
  virtual void partial(const Run&, int /*round*/) const noexcept {}
  // Moves the weights that training changes without a gradient, in the update phase, after all checks: `joint` are the sums
  // of forward's rounds. Returns nothing; called once per call node, in node order.
  virtual void update(const double* const* /*joint*/) noexcept {}

  // ---- what all layers share ----
  const std::string& name() const { return name_; }
  // An empty name is filled in by the model: "lstm", "lstm_1".
  void set_name(std::string name, bool automatic = false) {
    name_ = std::move(name);
    automatic_name_ = automatic || name_.empty();
  }
  bool automatic_name() const { return automatic_name_; }
  bool trainable = true;
  Shape input_shape;        // the input_shape argument: without samples; empty if not given
  Index batch_size = None;  // batch_shape's first size; None if not given

  bool built() const { return built_; }
  const Shapes& built_for() const { return built_for_; }
  // Builds once (all or nothing: a build that throws leaves the layer unbuilt) and gives every new weight its initial value by
  // `seed`; a second node may bring other sizes as long as the weights fit. Nothing is allocated before the sum of all weights
  // is known to fit in memory.
  void ensure_built(const Shapes& in, std::uint64_t seed);
  Weights& weights() { return weights_; }
  const Weights& weights() const { return weights_; }
  // "layer 'lstm' (LSTM, built for (samples, time steps=10, features=2))"
  std::string described() const;
  // Refreshes the packed copies of this layer and of those inside it.
  void refresh(bool for_training) noexcept;
  // Books the packed copies that only backward reads, of this layer and of those inside it (once; a session for training asks).
  void book_training_packs();

 private:
  friend class Weights;
  void book(const Shapes& in);  // build() without values
  void finish(std::uint64_t seed, std::uint64_t& stream);

  std::string name_;
  bool automatic_name_ = true;
  bool built_ = false;
  Shapes built_for_;
  Weights weights_;
};

class SymbolicTensor;  // rondo/model/model.h

// What users hold: LSTM(32) is a LayerRef. Copying it shares the layer and its weights.
class LayerRef {
 public:
  LayerRef() = default;
  explicit LayerRef(std::shared_ptr<Layer> layer) : layer_(std::move(layer)) {}
  Layer* operator->() const { return layer_.get(); }
  Layer& operator*() const { return *layer_; }
  explicit operator bool() const { return layer_ != nullptr; }
  const std::shared_ptr<Layer>& shared() const { return layer_; }

  // A call node of the functional graph: y = LSTM(32)(x). Several outputs: call().
  SymbolicTensor operator()(const SymbolicTensor& input) const;
  SymbolicTensor operator()(std::initializer_list<SymbolicTensor> inputs) const;
  std::vector<SymbolicTensor> call(const std::vector<SymbolicTensor>& inputs) const;

 private:
  std::shared_ptr<Layer> layer_;
};

// Makes layers by class name. User-written layers register here at run time.
using LayerFactory = std::shared_ptr<Layer> (*)();
void register_layer(const std::string& class_name, LayerFactory make);
LayerRef make_layer(const std::string& class_name);  // throws Error(unsupported) with did-you-mean
std::vector<std::string> layer_names();              // sorted

}  // namespace rondo
