//  y[b, i_1, i_2, ...] = x[b, j_1, j_2, ...]          i_k = j_dims[k]          dx: the way back
#include <algorithm>
#include <numeric>

#include "core/registry.h"
#include "core/words.h"
#include "layers/base/activity.h"
#include "layers/base/require.h"
#include "rondo/layers/reshape.h"

namespace rondo {
namespace {

class PermuteLayer final : public Layer, public KeywordActivity {
 public:
  std::vector<Index> dims;

  std::string class_name() const override { return "Permute"; }
  void describe(ConfigVisitor& v) override { v.required("dims", dims); }
  void check() const override {
    std::vector<Index> sorted(dims), want(dims.size());
    std::sort(sorted.begin(), sorted.end());
    std::iota(want.begin(), want.end(), Index{1});
    if (sorted != want)
      fail(Code::value, "Permute: dims " + list_text(dims) +
                            " must be the axes 1, 2, ... each once, in their new order; axis 0, the samples, stays");
  }

  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    if (in[0].rank() != static_cast<Index>(dims.size()) + 1)
      fail(Code::shape, described() + ": dims " + list_text(dims) + " are for " + std::to_string(dims.size() + 1) +
                            " axes with samples; the input is " + in[0].text());
    Shape out = in[0];
    for (std::size_t i = 0; i < dims.size(); ++i) out[static_cast<Index>(i) + 1] = in[0][dims[i]];
    return {out};
  }
  void plan(const Shapes&, Plan&) const override {}
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return !masked.empty() && masked[0] ? MaskFlow::drop : MaskFlow::none;
  }
  std::string streaming_refusal() const override {
    return dims.size() > 1 && dims[0] != 1 ? "it moves the time steps to another axis" : "";
  }

  void forward(const Run& run) const noexcept override { move(run.in().dims, run.in().values, run.out().values, false); }
  void backward(const Run& run) const noexcept override {
    if (real* dx = run.d_in().values) move(run.in().dims, run.d_out().values, dx, true);
  }

 private:
  void move(const Dims& x, const real* from, real* to, bool back) const noexcept {
    std::array<Index, Dims::max_rank> stride{}, size{}, at{};  // by axis of y: strides in x
    for (int i = 0; i < x.rank; ++i) {
      const int axis = i == 0 ? 0 : static_cast<int>(dims[static_cast<std::size_t>(i - 1)]);
      Index s = 1;
      for (int k = axis + 1; k < x.rank; ++k) s *= x[k];
      stride[static_cast<std::size_t>(i)] = s;
      size[static_cast<std::size_t>(i)] = x[axis];
    }
    const Index n = x.elements();
    Index there = 0;
    for (Index here = 0; here < n; ++here) {
      to[back ? there : here] = from[back ? here : there];
      for (int i = x.rank - 1; i >= 0; --i) {
        const auto k = static_cast<std::size_t>(i);
        there += stride[k];
        if (++at[k] < size[k]) break;
        there -= stride[k] * size[k];
        at[k] = 0;
      }
    }
  }
};

}  // namespace

Permute::Permute(const std::vector<Index>& dims, const ReshapeOptions& options) {
  auto layer = std::make_shared<PermuteLayer>();
  layer->dims = dims;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, permute) {
  rondo::register_layer("Permute", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::PermuteLayer>()); });
}
