//  y[i, j] = sum over k of a[i, k] b[k, j]          i: a's axes without its k; j: b's axes without its k and samples
//  da = dy.b^T, db = a^T.dy                         sample by sample
//
// With normalize, a and b are first made a r, r = min(1 / |a|, 1e7), |a| along k:  da = r (dn - n sum(n dn)), where n = a r.
// What a step of the output means is no longer one input's time step, so a mask cannot pass.
#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "layers/base/activity.h"
#include "layers/base/axes.h"
#include "rondo/core/error.h"
#include "rondo/layers/merge.h"

namespace rondo {
namespace {

class DotLayer final : public Layer, public KeywordActivity {
 public:
  std::vector<Index> axes;
  bool normalize = false;

  std::string class_name() const override { return "Dot"; }
  void describe(ConfigVisitor& v) override {
    v.required("axes", axes);
    if (axes.size() == 1) axes.push_back(axes[0]);  // as Keras reads one number, and as a list it must have two
    v.field("normalize", normalize, false);
  }
  void check() const override {
    if (axes.empty() || axes.size() > 2)
      fail(Code::value, "Dot: axes is one axis for both inputs, or one each; got " + std::to_string(axes.size()));
  }

  void build(const Shapes& in, Weights&) override { output_shapes(in); }
  Shapes output_shapes(const Shapes& in) const override {
    if (in.size() != 2)
      fail(Code::shape, described() + " takes 2 inputs, as Dot({1})({a, b}); it was given " + std::to_string(in.size()));
    std::vector<Index> out{in[0][0] == None ? in[1][0] : in[0][0]};
    for (std::size_t i = 0; i < 2; ++i) {
      const Index at = axis(i, in[i].rank());
      if (in[i].rank() < 2 || at < 1 || at >= in[i].rank())
        fail(Code::value, described() + ": there is no axis " + std::to_string(axes[std::min(i, axes.size() - 1)]) +
                              " to sum along in " + in[i].text() + " (axis 0 is the samples)");
      for (Index k = 1; k < in[i].rank(); ++k)
        if (k != at) out.push_back(in[i][k]);
    }
    const Index a = in[0][axis(0, in[0].rank())], b = in[1][axis(1, in[1].rank())];
    if ((a != None && b != None && a != b) || (in[0][0] != None && in[1][0] != None && in[0][0] != in[1][0]))
      fail(Code::shape, described() + ": " + in[0].text() + " and " + in[1].text() + " cannot be summed along axes " +
                            Shape(axes).text() + ": the sizes there differ");
    if (out.size() == 1) out.push_back(1);
    return {Shape(std::move(out))};
  }
  void plan(const Shapes& in, Plan& plan) const override {
    if (!normalize) return;
    for (int i = 0; i < 2; ++i) {
      plan.kept(unit + i, in[static_cast<std::size_t>(i)].elements());
      if (plan.training()) plan.scratch(d_unit + i, in[static_cast<std::size_t>(i)].elements());
    }
  }
  MaskFlow mask_flow(std::span<const bool> masked) const override {
    return std::any_of(masked.begin(), masked.end(), [](bool m) { return m; }) ? MaskFlow::drop : MaskFlow::none;
  }
  std::string streaming_refusal() const override { return "it joins all time steps"; }

  void forward(const Run& run) const noexcept override {
    const real* from[2];
    for (int i = 0; i < 2; ++i) {
      from[i] = run.in(i).values;
      if (normalize) from[i] = made_unit(run.in(i), i, run.kept(unit + i));
    }
    std::fill_n(run.out().values, run.out().dims.elements(), real(0));
    each(run, [&](Index a, Index b, Index y) { run.out().values[y] += from[0][a] * from[1][b]; });
  }

  void backward(const Run& run) const noexcept override {
    const real* from[2];
    real* to[2];
    for (int i = 0; i < 2; ++i) {
      from[i] = normalize ? run.kept(unit + i) : run.in(i).values;
      to[i] = !run.d_in(i).values ? nullptr : normalize ? run.scratch(d_unit + i) : run.d_in(i).values;
      if (to[i]) std::fill_n(to[i], run.in(i).dims.elements(), real(0));
    }
    const real* const dy = run.d_out().values;
    if (to[0]) each(run, [&](Index a, Index b, Index y) { to[0][a] += from[1][b] * dy[y]; });
    if (to[1]) each(run, [&](Index a, Index b, Index y) { to[1][b] += from[0][a] * dy[y]; });
    for (int i = 0; i < 2 && normalize; ++i)
      if (to[i]) unit_back(run.in(i), i, from[i], to[i], run.d_in(i).values);
  }

 private:
  enum { unit = 0 };                       // kept: normalised a and b
  enum { d_unit = 2 };                     // scratch, after those
  static constexpr real most = real(1e7);  // 1 / Keras's epsilon

  Index axis(std::size_t input, Index rank) const {
    const Index a = axes[std::min(input, axes.size() - 1)];
    return a < 0 ? a + rank : a;
  }

  // f(place in a, place in b, place in y), k inside.
  template <class F>
  void each(const Run& run, F f) const noexcept {
    const Dims &a = run.in(0).dims, &b = run.in(1).dims;
    const Index along_a = axis(0, a.rank), along_b = axis(1, b.rank);
    const AxisGroups of_a(a, {&along_a, 1}), of_b(b, {&along_b, 1});
    const Index samples = a[0], rows = samples == 0 ? 0 : of_a.groups() / samples,
                columns = samples == 0 ? 0 : of_b.groups() / samples;
    const Index step_a = of_a.member(1), step_b = of_b.member(1), n = of_a.members();
    Index y = 0;
    for (Index s = 0; s < samples; ++s) {
      for (Index i = 0; i < rows; ++i) {
        const Index first_a = of_a.group(s * rows + i);
        for (Index j = 0; j < columns; ++j, ++y) {
          const Index first_b = of_b.group(s * columns + j);
          for (Index k = 0; k < n; ++k) f(first_a + k * step_a, first_b + k * step_b, y);
        }
      }
    }
  }

  const real* made_unit(const Port& x, int input, real* out) const noexcept {
    const Index along = axis(static_cast<std::size_t>(input), x.dims.rank);
    const AxisGroups at(x.dims, {&along, 1});
    for (Index g = 0; g < at.groups(); ++g) {
      const real r = scale(x.values, at, g);
      for (Index k = 0; k < at.members(); ++k) {
        const Index i = at.group(g) + at.member(k);
        out[i] = x.values[i] * r;
      }
    }
    return out;
  }
  static real scale(const real* x, const AxisGroups& at, Index g) noexcept {
    real sum = 0;
    for (Index k = 0; k < at.members(); ++k) sum += x[at.group(g) + at.member(k)] * x[at.group(g) + at.member(k)];
    return std::min(real(1) / std::sqrt(sum), most);
  }
  void unit_back(const Port& x, int input, const real* n, const real* dn, real* dx) const noexcept {
    const Index along = axis(static_cast<std::size_t>(input), x.dims.rank);
    const AxisGroups at(x.dims, {&along, 1});
    for (Index g = 0; g < at.groups(); ++g) {
      const real r = scale(x.values, at, g);
      real dot = 0;
      for (Index k = 0; k < at.members(); ++k) dot += n[at.group(g) + at.member(k)] * dn[at.group(g) + at.member(k)];
      if (r >= most) dot = 0;  // a constant there
      for (Index k = 0; k < at.members(); ++k) {
        const Index i = at.group(g) + at.member(k);
        dx[i] = r * (dn[i] - n[i] * dot);
      }
    }
  }
};

}  // namespace

Dot::Dot(const std::vector<Index>& axes, const DotOptions& options) {
  auto layer = std::make_shared<DotLayer>();
  layer->axes = axes;
  if (axes.size() == 1) layer->axes.push_back(axes[0]);
  layer->normalize = options.normalize;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, dot) {
  rondo::register_layer("Dot", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::DotLayer>()); });
}
