// Layers of your own. A class derived from CustomLayer is a layer like any other: it has weights, masks and a config, trains on
// any number of threads, and is saved and loaded once it is registered. examples/custom_layer.cpp is one; gradcheck
// (rondo/model/gradcheck.h) compares its gradient with differences.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "rondo/layers/layer.h"

namespace rondo {

// Layer (rondo/layers/layer.h) is the contract. This class fills in what simple layers have in common, and catches what call
// and gradient throw: predict or fit then ends with an Error(value) in the exception's words, and the model stays as it was.
class CustomLayer : public Layer {
 public:
  // y = run.out() from x = run.in(). run.training(): behave as in training.
  virtual void call(const Run& run) const = 0;
  // Overwrites run.d_in() (its values may be null: nobody asks) from run.d_out(), and ADDS to run.gradient(slot) of each weight
  // (which may be null: it is not trained). What was masked may hold NaN, and its gradient is 0: select, never multiply.
  virtual void gradient(const Run& run) const = 0;

  // Defaults: no options, no weights, one input, an output of its shape, no memory.
  void describe(ConfigVisitor&) override {}
  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override;
  void plan(const Shapes&, Plan&) const override {}
  // What is wrong with a value that Run::report named.
  virtual std::string bad_value(const Finding& found) const;

  void forward(const Run& run) const noexcept final;
  void backward(const Run& run) const noexcept final;
  std::string complaint(const Finding& found) const final;

 protected:
  // Number i of row `row` of run.in(), uniform in [0, 1): the same in every run with the same seeds, whatever the number of
  // threads, and the same in call and gradient.
  double uniform(const Run& run, Index row, Index i) const noexcept;

 private:
  template <class Body>
  void guarded(const Run& run, const char* what, Body body) const noexcept;
  mutable std::mutex mutex_;
  mutable std::string thrown_;
};

// ---- what a layer may demand of its inputs; each throws Error(shape) in words ----
void require_inputs(const Layer& layer, const Shapes& in, Index count);  // exactly so many
void require_axes(const Layer& layer, const Shapes& in, Index rank);     // one input of at least so many axes, samples included
void require_features(const Layer& layer, const Shapes& in);             // a last axis of known size, the one it was built for
void require_sequences(const Layer& layer, const Shapes& in);            // (samples, time steps, features)

// ---- registration ----

// From now on model files may hold a T: register_layer<ScaleLayer>("my_package>Scale"). It is Keras's registered_name, so that
// the same class registered there reads the file, and this one its file. T() must work; its class_name() is the part behind the
// '>'. Throws Error(value) if the name is that of a built-in layer or of another class of yours.
template <class T>
void register_layer(const std::string& name) {
  register_layer(name, [] { return std::shared_ptr<Layer>(std::make_shared<T>()); });
}
// "my_package>Scale"; "" for a layer that is built in or not registered.
std::string registered_name(const Layer& layer);
std::vector<std::string> own_layer_names();  // registered so, sorted

}  // namespace rondo
