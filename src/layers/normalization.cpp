//  y = (x - m) / d          dx = dy / d          d = max(sqrt(v), 1e-7)
//  invert:  y = m + x d     dx = dy d
//
//  x, y any shape; m and v have the sizes of `axis`, and are the weights mean and variance (with Keras's count, which nobody
//  reads), or numbers of the config. adapt: m = mean of the data, v = mean of (x - m)^2, over all axes but `axis`, in double.
#include "rondo/layers/normalization.h"

#include <algorithm>
#include <cmath>

#include "core/numbers.h"
#include "core/registry.h"
#include "core/words.h"
#include "layers/base/activity.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr double least = 1e-7;  // keras.backend.epsilon()

class NormalizationLayer final : public Layer, public KeywordActivity {
 public:
  std::vector<Index> axis{-1};
  std::vector<double> mean, variance;
  bool invert = false;

  std::string class_name() const override { return "Normalization"; }
  void describe(ConfigVisitor& v) override {
    v.field("axis", axis, {-1});
    describe_numbers(v, "mean", mean);
    describe_numbers(v, "variance", variance);
    v.field("invert", invert, false);
  }
  void check() const override {
    if (mean.empty() != variance.empty())
      fail(Code::value, std::string("Normalization: ") + (mean.empty() ? "variance" : "mean") +
                            " is given alone; give both mean and variance, or neither and call adapt(data)");
    if (mean.size() != variance.size())
      fail(Code::value, "Normalization: mean has " + std::to_string(mean.size()) + " numbers and variance " +
                            std::to_string(variance.size()) + "; there must be as many");
    if (mean.size() > 1 && axis.empty())
      fail(Code::value,
           "Normalization: axis = {} has one mean for all values, and " + std::to_string(mean.size()) + " are given");
    for (const double v : variance)
      if (!(v >= 0)) fail(Code::value, "Normalization: a variance is " + short_number(v) + "; it must be a number >= 0");
  }

  void build(const Shapes& in, Weights& weights) override {
    check();
    kept_.clear();
    output_shapes(in);
    kept_ = kept(in[0]);
    Shape sizes;
    for (const Index a : kept_) sizes.push_back(in[0][a]);
    if (!mean.empty()) return;
    weights.add("mean", sizes, "zeros", false);
    weights.add("variance", sizes, "ones", false);
    weights.add("count", {}, "zeros", false);
  }

  Shapes output_shapes(const Shapes& in) const override {
    require_inputs(*this, in);
    const std::vector<Index> axes = kept(in[0]);
    for (const Index a : axes)
      if (in[0][a] == None)
        fail(Code::shape, described() + " was given " + in[0].text() + ": the size of axis " + std::to_string(a) +
                              " must be known, because each of its positions has a mean of its own. axis = {} has one for all");
    if (mean.size() > 1 && in[0][axes.back()] != static_cast<Index>(mean.size()))
      fail(Code::shape, described() + " was given " + in[0].text() + " and " + std::to_string(mean.size()) +
                            " means: there must be one for each position of axis " + std::to_string(axes.back()));
    for (std::size_t i = 0; built() && i < kept_.size(); ++i)
      if (axes != kept_ || in[0][axes[i]] != built_for()[0][axes[i]])
        fail(Code::shape, described() + " was given " + in[0].text() + ": its moments are for " + built_for()[0].text());
    return in;
  }
  void plan(const Shapes& in, Plan& plan) const override { plan.scratch(moments, checked_mul(2, positions(dims_of(in[0])))); }

  void forward(const Run& run) const noexcept override {
    const real* const x = run.in().values;
    real* const y = run.out().values;
    const Index n = positions(run.in().dims);
    const real *const m = fill(run, n), *const d = m + n;
    each_value(run.in().dims, [&](Index i, Index at) { y[i] = invert ? m[at] + x[i] * d[at] : (x[i] - m[at]) / d[at]; });
  }
  void backward(const Run& run) const noexcept override {
    real* const dx = run.d_in().values;
    if (dx == nullptr) return;
    const real* const dy = run.d_out().values;
    const Index n = positions(run.in().dims);
    const real* const d = fill(run, n) + n;
    each_value(run.in().dims, [&](Index i, Index at) { dx[i] = invert ? dy[i] * d[at] : dy[i] / d[at]; });
  }

  void adapt(std::span<const Array> batches) {
    if (!mean.empty())
      fail(Code::value, described() + ": its mean and variance are given; leave them out to take them from data");
    if (batches.empty()) fail(Code::value, described() + ": adapt() was given no data");
    Shape shape = batches[0].shape();
    if (shape.empty()) fail(Code::shape, described() + ": adapt() takes samples, (samples, ...); got a single number");
    shape[0] = None;
    ensure_built({shape}, 0);
    std::vector<double> sum, squares;
    double count = 0;
    const auto pass = [&](auto add) {
      for (const Array& a : batches) {
        output_shapes({a.shape()});
        each_value(dims_of(a.shape()),
                   [&](Index i, Index at) { add(static_cast<double>(a.data()[i]), static_cast<std::size_t>(at)); });
      }
    };
    Index elements = 0;
    for (const Array& a : batches) elements = checked_add(elements, a.size());
    const Index n = positions(dims_of(batches[0].shape()));
    if (elements == 0 || n == 0) fail(Code::value, described() + ": adapt() was given no values");
    sum.assign(static_cast<std::size_t>(n), 0);
    squares.assign(static_cast<std::size_t>(n), 0);
    count = static_cast<double>(elements) / static_cast<double>(n);
    pass([&](double v, std::size_t at) { sum[at] += v; });
    for (double& s : sum) s /= count;
    pass([&](double v, std::size_t at) { squares[at] += (v - sum[at]) * (v - sum[at]); });
    for (std::size_t i = 0; i < sum.size(); ++i)
      if (!std::isfinite(sum[i]) || !std::isfinite(squares[i]))
        fail(Code::non_finite, described() + ": the data hold NaN or an infinity at position " + std::to_string(i) +
                                   " of axis " + Shape(kept_).text() +
                                   "; every result would be NaN. Fill or drop those values first");
    real *const m = weights().own()[0].value.data(), *const v = weights().own()[1].value.data();
    for (std::size_t i = 0; i < sum.size(); ++i) {
      m[i] = static_cast<real>(sum[i]);
      v[i] = static_cast<real>(squares[i] / count);
    }
  }

 private:
  enum { moments = 0 };  // scratch: m, then d

  // The axes that keep moments of their own, counted from the front, in order.
  std::vector<Index> kept(const Shape& shape) const {
    std::vector<Index> out;
    for (const Index a : axis) {
      const Index at = a < 0 ? a + shape.rank() : a;
      if (at <= 0 || at >= shape.rank())
        fail(Code::shape, described() + " with axis = " + std::to_string(a) + " was given " + shape.text() +
                              ": axis must name axes of the input, and not that of samples");
      out.push_back(at);
    }
    std::sort(out.begin(), out.end());
    if (std::adjacent_find(out.begin(), out.end()) != out.end())
      fail(Code::value, described() + ": axis " + Shape(axis).text() + " names an axis twice");
    return out;
  }
  Index positions(const Dims& dims) const noexcept {
    Index n = 1;
    for (const Index a : kept_) n *= dims[static_cast<int>(a)];
    return n;
  }

  // f(number of a value, number of its moments) for every value.
  template <class F>
  void each_value(const Dims& dims, F f) const noexcept {
    std::array<Index, Dims::max_rank> stride{}, at{};
    Index n = 1;
    for (std::size_t k = kept_.size(); k-- > 0;) {
      stride[static_cast<std::size_t>(kept_[k])] = n;
      n *= dims[static_cast<int>(kept_[k])];
    }
    const Index width = dims[-1], rows = dims.rows(), step = stride[static_cast<std::size_t>(dims.rank - 1)];
    Index base = 0;
    for (Index r = 0; r < rows; ++r) {
      for (Index i = 0; i < width; ++i) f(r * width + i, base + i * step);
      for (int axis_at = dims.rank - 2; axis_at >= 0; --axis_at) {  // the next row, as an odometer
        const auto a = static_cast<std::size_t>(axis_at);
        base += stride[a];
        if (++at[a] < dims[axis_at]) break;
        base -= stride[a] * at[a];
        at[a] = 0;
      }
    }
  }

  const real* fill(const Run& run, Index n) const noexcept {
    real *const m = run.scratch(moments), *const d = m + n;
    const Index given = static_cast<Index>(mean.size());
    for (Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(given > 0 ? i % given : 0);
      m[i] = given > 0 ? static_cast<real>(mean[at]) : run.weight(0)[i];
      d[i] = std::max(std::sqrt(given > 0 ? static_cast<real>(variance[at]) : run.weight(1)[i]), static_cast<real>(least));
    }
    return m;
  }

  std::vector<Index> kept_;
};

}  // namespace

Normalization::Normalization(const NormalizationOptions& options) {
  auto layer = std::make_shared<NormalizationLayer>();
  layer->axis = options.axis;
  layer->mean = options.mean;
  layer->variance = options.variance;
  layer->invert = options.invert;
  layer->input_shape = options.input_shape;
  layer->set_name(options.name);
  layer->check();
  static_cast<LayerRef&>(*this) = LayerRef(layer);
}

void Normalization::adapt(std::span<const Array> batches) { static_cast<NormalizationLayer&>(**this).adapt(batches); }

}  // namespace rondo

RONDO_REGISTER(layers, normalization) {
  rondo::register_layer("Normalization",
                        [] { return std::shared_ptr<rondo::Layer>(std::make_shared<rondo::NormalizationLayer>()); });
}
