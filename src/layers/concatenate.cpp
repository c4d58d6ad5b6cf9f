//  y = [a | b | ...] along one axis                     da, db, ... = the parts of dy
//  mask: along features, mask(t) = any input keeps t; along another axis end to end; an input without a mask keeps every step
#include "rondo/layers/concatenate.h"

#include <algorithm>

#include "core/registry.h"
#include "layers/base/activity.h"
#include "layers/base/names.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

class ConcatenateLayer final : public Layer, public KeywordActivity {
 public:
  Index axis = -1;

  std::string class_name() const override { return "Concatenate"; }
  void describe(ConfigVisitor& visitor) override { visitor.field("axis", axis, Index{-1}); }

  void build(const Shapes& in, Weights&) override { output_shapes(in); }

  Shapes output_shapes(const Shapes& in) const override {
    if (in.empty()) fail(Code::shape, described() + " needs at least one input");
    const Index rank = in[0].rank();
    for (const Shape& s : in)
      if (s.rank() != rank) refuse(in, "inputs have different numbers of axes");
    const Index at = axis < 0 ? axis + rank : axis;
    if (at == 0) fail(Code::value, described() + ": axis " + std::to_string(axis) + " is the samples; they cannot be joined");
    if (at < 0 || at >= rank)
      fail(Code::value, described() + ": there is no axis " + std::to_string(axis) + " in " + in[0].text());
    Shape out = in[0];
    out[at] = 0;
    for (const Shape& s : in) {
      for (Index i = 0; i < rank; ++i) {
        if (i == at) continue;
        if (out[i] == None) out[i] = s[i];
        if (s[i] != None && s[i] != out[i]) refuse(in, "the sizes differ along " + axis_name(i, rank));
      }
      out[at] = out[at] == None || s[at] == None ? None : checked_add(out[at], s[at]);
    }
    return {out};
  }
  void plan(const Shapes&, Plan&) const override {}
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return std::any_of(masked.begin(), masked.end(), [](bool m) { return m; }) ? MaskFlow::make : MaskFlow::none;
  }

  void forward(const Run& run) const noexcept override {
    const Port& y = run.out();
    each_part(run, false);
    if (y.mask) merge_masks(run, y);
  }

  void backward(const Run& run) const noexcept override { each_part(run, true); }

 private:
  [[noreturn]] void refuse(const Shapes& in, const std::string& why) const {
    std::string got;
    for (const Shape& s : in) got += (got.empty() ? "" : " and ") + s.text();
    fail(ShapeReport{described(),
                     got + " to be joined along axis " + std::to_string(axis) + " (" +
                         axis_name(axis < 0 ? axis + in[0].rank() : axis, in[0].rank()) + ")",
                     why, "Concatenate({.axis = " + std::to_string(other_axis(in)) + "})",
                     "inputs may differ along that axis only, so this works if the other sizes are equal"});
  }
  // The axis along which these inputs differ, if there is one.
  Index other_axis(const Shapes& in) const {
    for (Index i = 1; i < in[0].rank(); ++i)
      for (const Shape& s : in)
        if (i < s.rank() && s[i] != in[0][i]) return i;
    return -1;
  }

  // Copies every input's stretches into the output's, or back.
  void each_part(const Run& run, bool back) const {
    const Dims& all = run.out().dims;
    const int at = static_cast<int>(axis < 0 ? axis + all.rank : axis);
    Index outer = 1, inner = 1;
    for (int i = 0; i < at; ++i) outer *= all[i];
    for (int i = at + 1; i < all.rank; ++i) inner *= all[i];
    const Index stride = all[at] * inner;
    Index begin = 0;
    for (int i = 0; i < run.inputs(); ++i) {
      const Index n = run.in(i).dims[at] * inner;
      if (back) {
        if (real* dx = run.d_in(i).values)
          for (Index o = 0; o < outer; ++o) std::copy_n(run.d_out().values + o * stride + begin, n, dx + o * n);
      } else {
        for (Index o = 0; o < outer; ++o) std::copy_n(run.in(i).values + o * n, n, run.out().values + o * stride + begin);
      }
      begin += n;
    }
  }

  // Along features: any of the inputs. Along another axis: the inputs' masks joined like their values.
  void merge_masks(const Run& run, const Port& y) const {
    const Dims& all = y.dims;
    const int at = static_cast<int>(axis < 0 ? axis + all.rank : axis);
    const bool joined = at < all.rank - 1;
    Index outer = 1, inner = 1;
    for (int i = 0; i < at && joined; ++i) outer *= all[i];
    for (int i = at + 1; i < all.rank - 1; ++i) inner *= all[i];
    const Index stride = joined ? all[at] * inner : y.mask_size();
    if (!joined) std::fill_n(y.mask, y.mask_size(), std::uint8_t{0});
    Index begin = 0;
    for (int k = 0; k < run.inputs(); ++k) {
      const Port& x = run.in(k);
      const Index n = joined ? x.dims[at] * inner : stride;
      for (Index o = 0; o < outer; ++o) {
        for (Index i = 0; i < n; ++i) {
          std::uint8_t& to = y.mask[o * stride + begin + i];
          const std::uint8_t keep = x.mask ? x.mask[o * n + i] : std::uint8_t{1};
          to = joined ? keep : static_cast<std::uint8_t>(to | keep);
        }
      }
      if (joined) begin += n;
    }
  }
};

}  // namespace

Concatenate::Concatenate(const ConcatenateOptions& options) : LayerRef(std::make_shared<ConcatenateLayer>()) {
  auto& layer = static_cast<ConcatenateLayer&>(**this);
  layer.axis = options.axis;
  layer.set_name(options.name);
}

}  // namespace rondo

RONDO_REGISTER(layers, concatenate) {
  rondo::register_layer("Concatenate",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::ConcatenateLayer>()); });
}
