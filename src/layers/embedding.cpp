//  y = E[x]          E: (input_dim, output_dim), x: ids          dE[id] = sum of dy where x is id
//  mask = x != 0, with mask_zero
#include "rondo/layers/embedding.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "core/registry.h"
#include "kernels/kernels.h"
#include "layers/base/activity.h"
#include "layers/base/names.h"
#include "layers/base/own_features.h"
#include "layers/base/require.h"

namespace rondo {
namespace {

class EmbeddingLayer final : public Layer, public OwnFeatures, public ActivityRegularized {
 public:
  Index input_dim = 0, output_dim = 0;
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer;
  Constraint embeddings_constraint;
  bool mask_zero = false;

  std::string class_name() const override { return "Embedding"; }
  void describe(ConfigVisitor& v) override {
    v.required("input_dim", input_dim);
    v.required("output_dim", output_dim);
    v.field("embeddings_initializer", embeddings_initializer, "uniform");
    v.field("embeddings_regularizer", embeddings_regularizer);
    v.field("activity_regularizer", activity_regularizer);
    v.field("embeddings_constraint", embeddings_constraint);
    v.field("mask_zero", mask_zero, false);
  }
  void check() const override {
    if (input_dim <= 0 || output_dim <= 0)
      fail(Code::value, "Embedding: input_dim (how many ids) and output_dim (numbers for each) must be positive; got " +
                            std::to_string(input_dim) + " and " + std::to_string(output_dim));
    // Ids travel as numbers of the network; above this not every whole number is one.
    const Index most = Index{1} << std::numeric_limits<real>::digits;
    if (input_dim > most)
      fail(Code::unsupported, "Embedding: input_dim = " + std::to_string(input_dim) + "; at most " + std::to_string(most) +
                                  " ids are told apart in float32");
  }

  void build(const Shapes& in, Weights& weights) override {
    output_shapes(in);
    weights.add("embeddings", {input_dim, output_dim}, embeddings_initializer, embeddings_regularizer, embeddings_constraint);
  }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    std::vector<Index> out(in[0].begin(), in[0].end());
    out.push_back(output_dim);
    return {Shape(std::move(out))};
  }
  void plan(const Shapes&, Plan&) const override {}
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    if (mask_zero) return MaskFlow::make;
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  std::string complaint(const Finding& found) const override {
    char text[64];
    std::snprintf(text, sizeof text, "%.9g", found.value);
    return described() + ": id " + text + " at place " + std::to_string(found.position) +
           (found.value == std::floor(found.value) ? std::string(" is out of range") : std::string(" is no whole number")) +
           "; its " + std::to_string(input_dim) + " ids are 0 to " + std::to_string(input_dim - 1) +
           (found.value >= static_cast<double>(input_dim) && std::isfinite(found.value) && found.value < 1e15
                ? ". A larger input_dim has room for it: Embedding(" + std::to_string(static_cast<Index>(found.value) + 1) +
                      ", " + std::to_string(output_dim) + ")"
                : std::string());
  }

  void forward(const Run& run) const noexcept override {
    const Port &x = run.in(), &y = run.out();
    const real* const table = run.weight(0);
    const Index n = x.dims.elements(), each = x.dims.rank == 0 || x.dims[0] == 0 ? 1 : n / x.dims[0];
    for (Index i = 0; i < n; ++i) {
      const Index id = id_of(x.values[i]);
      if (id < 0) {
        run.report(i / each, i % each, static_cast<double>(x.values[i]));
        std::fill_n(y.values + i * output_dim, output_dim, real(0));
      } else {
        std::copy_n(table + id * output_dim, output_dim, y.values + i * output_dim);
      }
      if (y.mask) y.mask[i] = id != 0 ? 1 : 0;
    }
  }
  void backward(const Run& run) const noexcept override {
    const Port& x = run.in();
    const Index n = x.dims.elements();
    if (real* dx = run.d_in().values) std::fill_n(dx, n, real(0));  // ids do not move
    real* const gradient = run.gradient(0);
    if (!gradient) return;
    for (Index i = 0; i < n; ++i) {
      const Index id = id_of(x.values[i]);
      if (id >= 0) kernels().add(gradient + id * output_dim, run.d_out().values + i * output_dim, output_dim);
    }
  }

 private:
  // -1: no row of the table. The comparison with the range comes first: a NaN or an infinity has no whole number.
  Index id_of(real value) const noexcept {
    if (!(value >= 0 && value < static_cast<real>(input_dim))) return -1;
    const auto id = static_cast<Index>(value);
    return static_cast<real>(id) == value ? id : -1;
  }
};

}  // namespace

Embedding::Embedding(Index input_dim, Index output_dim, const EmbeddingOptions& options) {
  auto layer = std::make_shared<EmbeddingLayer>();
  layer->input_dim = input_dim;
  layer->output_dim = output_dim;
  layer->embeddings_initializer = options.embeddings_initializer;
  layer->embeddings_regularizer = options.embeddings_regularizer;
  layer->activity_regularizer = options.activity_regularizer;
  layer->embeddings_constraint = options.embeddings_constraint;
  layer->mask_zero = options.mask_zero;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, embedding) {
  rondo::register_layer("Embedding", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::EmbeddingLayer>()); });
}
