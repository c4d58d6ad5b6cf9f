//  y_i = exp(x_i - max x) / sum over j of exp(x_j - max x)          dx_i = y_i (dy_i - sum over j of dy_j y_j)
//
// i, j: places along `axis`, one or several. A masked step takes no part and gives 0.
#include <cmath>

#include "core/registry.h"
#include "layers/base/axes.h"
#include "layers/base/elementwise.h"
#include "rondo/layers/activation.h"

namespace rondo {
namespace {

class SoftmaxLayer final : public ElementwiseLayer {
 public:
  std::vector<Index> axis = {-1};

  std::string class_name() const override { return "Softmax"; }
  void describe(ConfigVisitor& v) override { v.field("axis", axis, {-1}); }

  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    const Index rank = in[0].rank();
    for (const Index a : axis)
      if (a < -rank || a >= rank || a == 0 || a == -rank)
        fail(Code::value, described() + ": there is no axis " + std::to_string(a) + " to sum over in " + in[0].text() +
                              " (axis 0 is the samples)");
    return in;
  }
  std::string streaming_refusal() const override {
    const Index rank = built_for()[0].rank();
    for (const Index a : axis)
      if (rank > 2 && (a == 1 || a == 1 - rank)) return "it sums over all time steps";
    return {};
  }

  void forward(const Run& run) const noexcept override {
    const Port &x = run.in(), &y = run.out();
    const AxisGroups at(x.dims, axis);
    for (Index g = 0; g < at.groups(); ++g) {
      const Index first = at.group(g);
      real top = 0, sum = 0;
      bool any = false;
      for (Index m = 0; m < at.members(); ++m) {
        const Index i = first + at.member(m);
        if (!kept(x, i)) continue;
        top = any ? std::max(top, x.values[i]) : x.values[i];
        any = true;
      }
      for (Index m = 0; m < at.members(); ++m) {
        const Index i = first + at.member(m);
        sum += y.values[i] = kept(x, i) ? std::exp(x.values[i] - top) : real(0);
      }
      for (Index m = 0; any && m < at.members(); ++m) y.values[first + at.member(m)] /= sum;
    }
  }
  void backward(const Run& run) const noexcept override {
    real* const dx = run.d_in().values;
    if (!dx) return;
    const real *const y = run.out().values, *const dy = run.d_out().values;
    const AxisGroups at(run.in().dims, axis);
    for (Index g = 0; g < at.groups(); ++g) {
      const Index first = at.group(g);
      real dot = 0;
      for (Index m = 0; m < at.members(); ++m) dot += dy[first + at.member(m)] * y[first + at.member(m)];
      for (Index m = 0; m < at.members(); ++m) {
        const Index i = first + at.member(m);
        dx[i] = y[i] * (dy[i] - dot);
      }
    }
  }

 private:
  static bool kept(const Port& x, Index i) { return x.mask == nullptr || x.mask[i / x.dims[-1]] != 0; }
};

}  // namespace

Softmax::Softmax(const SoftmaxOptions& options) {
  auto layer = std::make_shared<SoftmaxLayer>();
  layer->axis = options.axis;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

}  // namespace rondo

RONDO_REGISTER(layers, softmax) {
  rondo::register_layer("Softmax", [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::SoftmaxLayer>()); });
}
