// BatchNormalization:  y = gamma (x - mean) r + beta,  r = 1 / sqrt(variance + epsilon)
//
// In training, over the n valid values of each channel in the whole batch, with w = 1 / n (1 / (n + 1e-7) under a mask, as
// Keras):
//   mean = w sum(x)    variance = w sum((x - mean)^2)    moving = momentum moving + (1 - momentum) batch
// and backwards, with G1 = sum(dy), G2 = sum(dy (x - mean)), D = sum over valid of (x - mean) = sum(x) (1 - n w):
//   dgamma = r G2    dbeta = G1    dv = -gamma r^3 G2 / 2    dmean = -gamma r G1 - 2 dv w D
//   dx = gamma r dy + 2 dv w (x - mean) + dmean w, at a masked step gamma r dy
// Otherwise mean and variance are the moving ones, and dx = gamma r dy.
//
// G1 and G2 are taken over all steps: a masked one is normalised, too, and where the mask is lost or made anew behind this
// layer, somebody reads it. Its dy is 0 otherwise, and then its x, which may be NaN, is not looked at.
// Sums are taken in double, in order.
#include "rondo/layers/batch_normalization.h"

#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "core/words.h"
#include "layers/base/activity.h"
#include "layers/base/require.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr double mask_epsilon = 1e-7;  // keras.backend.epsilon()

// The values of a port as rows of the last axis, each valid or not, each value of one channel.
struct Rows {
  Index rows, width, each;  // each: rows that share one entry of the mask
  Index channels, inner;    // with the channels on another axis: rows of one channel in a run, then those of the next
  bool last;                // channels are the last axis
  const std::uint8_t* mask;

  Rows(const Port& port, Index axis) {
    const int rank = port.dims.rank, a = static_cast<int>(axis < 0 ? axis + rank : axis);
    width = port.dims[rank - 1];
    rows = port.dims.elements() / std::max<Index>(1, width);
    each = std::max<Index>(1, port.mask_size() == 0 ? 1 : rows / port.mask_size());
    channels = port.dims[a];
    last = a == rank - 1;
    inner = 1;
    for (int i = a + 1; i < rank - 1; ++i) inner *= port.dims[i];
    mask = port.mask;
  }

  bool valid(Index r) const { return mask == nullptr || mask[r / each] != 0; }
  Index channel(Index r) const { return r / inner % channels; }

  // f(i, c) for every valid value i of channel c, in order.
  template <class F>
  void for_valid(F f) const {
    for (Index r = 0; r < rows; ++r)
      if (valid(r)) row(r, f);
  }
  template <class F>
  void row(Index r, F f) const {
    const Index at = r * width;
    if (last) {
      for (Index k = 0; k < width; ++k) f(at + k, k);
    } else {
      const Index c = channel(r);
      for (Index k = 0; k < width; ++k) f(at + k, c);
    }
  }
};

class BatchNormalizationLayer final : public Layer, public KeywordActivity {
 public:
  BatchNormalizationLayer() = default;
  explicit BatchNormalizationLayer(BatchNormalizationOptions options) : o_(std::move(options)) {
    input_shape = std::move(o_.input_shape);
    if (!o_.name.empty()) set_name(std::move(o_.name));
  }

  std::string class_name() const override { return "BatchNormalization"; }

  void describe(ConfigVisitor& visitor) override {
    visitor.field("axis", o_.axis, -1);
    visitor.field("momentum", o_.momentum, 0.99);
    visitor.field("epsilon", o_.epsilon, 1e-3);
    visitor.field("center", o_.center, true);
    visitor.field("scale", o_.scale, true);
    visitor.field("beta_initializer", o_.beta_initializer, "zeros");
    visitor.field("gamma_initializer", o_.gamma_initializer, "ones");
    visitor.field("moving_mean_initializer", o_.moving_mean_initializer, "zeros");
    visitor.field("moving_variance_initializer", o_.moving_variance_initializer, "ones");
    visitor.field("beta_regularizer", o_.beta_regularizer);
    visitor.field("gamma_regularizer", o_.gamma_regularizer);
    visitor.field("beta_constraint", o_.beta_constraint);
    visitor.field("gamma_constraint", o_.gamma_constraint);
    visitor.only("synchronized", 0);
    visitor.only("renorm", 0);
    visitor.only_none("renorm_clipping");
    visitor.only("renorm_momentum", 0.99);
  }

  void check() const override {
    if (!(o_.momentum >= 0 && o_.momentum <= 1))
      fail(Code::value, "BatchNormalization's momentum is " + short_number(o_.momentum) + "; it must lie in [0, 1].");
    if (!(o_.epsilon >= 0) || !std::isfinite(o_.epsilon))
      fail(Code::value, "BatchNormalization's epsilon is " + short_number(o_.epsilon) + "; it must be a number >= 0.");
  }

  void build(const Shapes& in, Weights& weights) override {
    channels_ = None;  // an earlier attempt may have failed
    check_inputs(in);
    channels_ = in[0][axis_of(in[0])];
    const Shape shape{channels_};
    if (o_.scale) weights.add("gamma", shape, o_.gamma_initializer, o_.gamma_regularizer, o_.gamma_constraint);
    if (o_.center) weights.add("beta", shape, o_.beta_initializer, o_.beta_regularizer, o_.beta_constraint);
    weights.add("moving_mean", shape, o_.moving_mean_initializer, false);
    weights.add("moving_variance", shape, o_.moving_variance_initializer, false);
  }

  Shapes output_shapes(const Shapes& in) const override {
    check_inputs(in);
    return in;
  }

  int rounds(Direction direction) const override { return !trainable ? 0 : direction == Direction::forward ? 2 : 1; }

  // Round 0: sum(x), n, and one count of shards with a mask. Round 1: sum((x - mean)^2). Round 2: G1, G2.
  Index partial_size(int round) const override {
    return round == 0 ? 2 * channels_ + 1 : round == 1 ? channels_ : 2 * channels_;
  }

  void partial(const Run& run, int round) const noexcept override {
    const Rows rows(run.in(), o_.axis);
    const real* x = run.in().values;
    double* sum = run.partial(round);
    if (round == 0) {
      double* count = sum + channels_;
      rows.for_valid([&](Index i, Index c) {
        sum[c] += static_cast<double>(x[i]);
        count[c] += 1;
      });
      if (rows.mask != nullptr) count[channels_] = 1;
      return;
    }
    double* mean = run.scratch<double>(slot_mean);
    for (Index c = 0; c < channels_; ++c) mean[c] = joint_mean(run.joint(0), c);
    if (round == 1) {
      rows.for_valid([&](Index i, Index c) {
        const double d = static_cast<double>(x[i]) - mean[c];
        sum[c] += d * d;
      });
    } else {
      add_gradient_sums(run, rows, mean, sum);
    }
  }

  void update(const double* const* joint) noexcept override {
    real* moving_mean = weights().own()[static_cast<std::size_t>(mean_slot())].value.data();
    real* moving_variance = weights().own()[static_cast<std::size_t>(mean_slot()) + 1].value.data();
    const double m = o_.momentum;
    const auto move = [m](real& moving, double batch) {
      moving = static_cast<real>(static_cast<double>(moving) * m + batch * (1 - m));
    };
    for (Index c = 0; c < channels_; ++c) {
      move(moving_mean[c], joint_mean(joint[0], c));
      move(moving_variance[c], joint_variance(joint, c));
    }
  }

  void plan(const Shapes&, Plan& plan) const override {
    plan.scratch(slot_shift, channels_);
    plan.scratch(slot_factor, channels_);
    if (!plan.training()) return;
    plan.scratch<double>(slot_mean, channels_);
    plan.scratch<double>(slot_sums, checked_mul(2, channels_));
    plan.scratch(slot_k1, checked_mul(3, channels_));
  }

  void forward(const Run& run) const noexcept override {
    const Rows rows(run.in(), o_.axis);
    const real *x = run.in().values, *beta = o_.center ? run.weight(beta_slot()) : nullptr;
    real *y = run.out().values, *shift = run.scratch(slot_shift), *factor = run.scratch(slot_factor);
    for (Index c = 0; c < channels_; ++c) {
      shift[c] = static_cast<real>(mean_of(run, c));
      factor[c] = static_cast<real>(gamma_of(run, c) * deviation_of(run, c));
    }
    // Masked steps too, as in Keras: they are normalised, and counted by nobody.
    for (Index r = 0; r < rows.rows; ++r)
      rows.row(r, [&](Index i, Index c) {
        const real scaled = (x[i] - shift[c]) * factor[c];
        y[i] = beta != nullptr ? scaled + beta[c] : scaled;
      });
  }

  void backward(const Run& run) const noexcept override {
    const Rows rows(run.in(), o_.axis);
    const real *x = run.in().values, *dy = run.d_out().values;
    real* dx = run.d_in().values;
    double *mean = run.scratch<double>(slot_mean), *sums = run.scratch<double>(slot_sums);
    real *k1 = run.scratch(slot_k1), *k2 = k1 + channels_, *k3 = k2 + channels_;
    for (Index c = 0; c < channels_; ++c) mean[c] = mean_of(run, c);

    real* d_gamma = o_.scale ? run.gradient(gamma_slot()) : nullptr;
    real* d_beta = o_.center ? run.gradient(beta_slot()) : nullptr;
    if (d_gamma != nullptr || d_beta != nullptr) {  // this shard's own part
      std::fill_n(sums, 2 * channels_, 0.0);
      add_gradient_sums(run, rows, mean, sums);
      for (Index c = 0; c < channels_; ++c) {
        if (d_beta != nullptr) d_beta[c] += static_cast<real>(sums[c]);
        if (d_gamma != nullptr) d_gamma[c] += static_cast<real>(sums[channels_ + c] * deviation_of(run, c));
      }
    }
    if (dx == nullptr) return;
    for (Index c = 0; c < channels_; ++c) {
      const double gamma = gamma_of(run, c), r = deviation_of(run, c);
      double dv = 0, d_mean = 0, w = 0;
      if (mixes(run)) {
        const double* g = run.joint(2);
        const double total = run.joint(0)[c], n = run.joint(0)[channels_ + c];
        w = weight_of(run.joint(0), c);
        dv = -0.5 * gamma * r * r * r * g[channels_ + c];
        d_mean = -gamma * r * g[c] - 2 * dv * w * (total * (1 - n * w));
      }
      k1[c] = static_cast<real>(gamma * r);
      k2[c] = static_cast<real>(2 * dv * w);
      k3[c] = static_cast<real>(d_mean * w);
    }
    real* shift = run.scratch(slot_shift);
    for (Index c = 0; c < channels_; ++c) shift[c] = static_cast<real>(mean[c]);
    for (Index r = 0; r < rows.rows; ++r) {
      const bool counted = rows.valid(r);
      rows.row(r, [&](Index i, Index c) {
        const real direct = dy != nullptr ? k1[c] * dy[i] : real(0);
        dx[i] = counted ? direct + (k2[c] * (x[i] - shift[c]) + k3[c]) : direct;
      });
    }
  }

 private:
  enum : int { slot_shift, slot_factor, slot_mean, slot_sums, slot_k1 };

  int gamma_slot() const { return 0; }
  int beta_slot() const { return o_.scale ? 1 : 0; }
  int mean_slot() const { return (o_.scale ? 1 : 0) + (o_.center ? 1 : 0); }

  bool mixes(const Run& run) const { return run.training() && trainable; }

  // 1 / n of channel c; what is counted stands behind the sums of round 0.
  double weight_of(const double* round0, Index c) const {
    const double n = round0[channels_ + c];
    if (round0[2 * channels_] != 0) return 1 / (n + mask_epsilon);
    return n == 0 ? 0 : 1 / n;
  }
  double joint_mean(const double* round0, Index c) const { return round0[c] * weight_of(round0, c); }
  double joint_variance(const double* const* joint, Index c) const { return joint[1][c] * weight_of(joint[0], c); }

  double mean_of(const Run& run, Index c) const {
    return mixes(run) ? joint_mean(run.joint(0), c) : static_cast<double>(run.weight(mean_slot())[c]);
  }
  double deviation_of(const Run& run, Index c) const {  // r: its inverse
    const double variance =
        mixes(run) ? run.joint(1)[c] * weight_of(run.joint(0), c) : static_cast<double>(run.weight(mean_slot() + 1)[c]);
    return 1 / std::sqrt(variance + o_.epsilon);
  }
  double gamma_of(const Run& run, Index c) const { return o_.scale ? static_cast<double>(run.weight(gamma_slot())[c]) : 1.0; }

  void add_gradient_sums(const Run& run, const Rows& rows, const double* mean, double* sums) const noexcept {
    const real *x = run.in().values, *dy = run.d_out().values;
    if (dy == nullptr) return;
    for (Index r = 0; r < rows.rows; ++r) {
      const bool counted = rows.valid(r);
      rows.row(r, [&](Index i, Index c) {
        const double d = static_cast<double>(dy[i]);
        if (!counted && d == 0) return;
        sums[c] += d;
        sums[channels_ + c] += d * (static_cast<double>(x[i]) - mean[c]);
      });
    }
  }

  Index axis_of(const Shape& shape) const { return o_.axis < 0 ? o_.axis + shape.rank() : o_.axis; }

  void check_inputs(const Shapes& in) const {
    require_inputs(*this, in);
    require_axes(*this, in, 2);
    const Index axis = axis_of(in[0]);
    const std::string what = described() + " with axis = " + std::to_string(o_.axis);
    if (axis <= 0 || axis >= in[0].rank())
      fail(Code::shape, what + " was given " + in[0].text() + ": the axis must be one of its axes, and not that of samples.");
    if (in[0][axis] == None)
      fail(Code::shape, what + " was given " + in[0].text() +
                            ": the size of that axis must be known, because each of its positions has "
                            "a mean and a variance of its own.");
    if (channels_ != None && in[0][axis] != channels_)
      fail(Code::shape, what + " was given " + in[0].text() + ": its weights are for " + std::to_string(channels_) +
                            " positions on that axis.");
  }

  BatchNormalizationOptions o_;
  Index channels_ = None;
};

}  // namespace

BatchNormalization::BatchNormalization(BatchNormalizationOptions options)
    : LayerRef(std::make_shared<BatchNormalizationLayer>(std::move(options))) {}

}  // namespace rondo

RONDO_REGISTER(layers, batch_normalization) {
  rondo::register_layer("BatchNormalization",
                        []() -> std::shared_ptr<rondo::Layer> { return std::make_shared<rondo::BatchNormalizationLayer>(); });
}
