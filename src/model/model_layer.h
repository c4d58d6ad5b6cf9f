// A model as a layer of another. It has the layers of its model inside it, for weights, names, files and the summary; it never
// runs itself: a session's graph holds the calls it is made of (Graph's flattened).
#pragma once

#include <atomic>

#include "model/graph.h"

namespace rondo {

class ModelLayer final : public Layer {
 public:
  explicit ModelLayer(const Model& model);

  const Model& model() const { return model_; }
  // Of a built model: how it computes.
  const Graph& graph() const;
  // How many calls it is made of, those of models in it counted out; at most max_calls + 1. 0: not built.
  static constexpr Index max_calls = 65536;
  Index calls() const;

  std::string class_name() const override;
  void describe(ConfigVisitor&) override {}  // a file holds the model's own config: interop/keras_write
  void build(const Shapes& in, Weights& weights) override;
  Shapes output_shapes(const Shapes& in) const override;
  void plan(const Shapes& in, Plan& plan) const override;
  void forward(const Run&) const noexcept override {}
  void backward(const Run&) const noexcept override {}
  MaskFlow mask_flow(std::span<const bool> masked) const override;
  std::string streaming_refusal() const override;
  bool stateful() const override;

 private:
  Model model_;
  mutable std::atomic<Index> calls_{0};  // once counted
};

// The model in this layer, or nullptr.
ModelLayer* as_model(Layer& layer);
const ModelLayer* as_model(const Layer& layer);

}  // namespace rondo
