// Circle loss: y is the number of the sample's class, yhat an embedding (of length 1, if the model ends in a
// UnitNormalization). With D = max(1 - yhat[i].yhat[j], 0), m the margin, over the j of the same class (not i itself, with
// remove_diagonal) and of others:
//   p[i] = logsumexp over the same of -gamma (D + m)(m - D)                        dp / dD = softmax 2 gamma D
//   n[i] = logsumexp over others of gamma max(1 + m - D, 0)(1 - m - D)             dn / dD = softmax 2 gamma (D - 1), 1 + m > D
//   loss[i] = log(1 + exp(p[i] + n[i]))                                            dD / dyhat[i] = -yhat[j] where D > 0
// A sample whose loss is 0 (no other of its class, no other class) counts as masked, as in Keras. No sample is compared with
// masked ones; in Keras all are (batch_as_keras).
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/registry.h"
#include "losses/base/batch_loss.h"
#include "losses/base/keras_masks.h"
#include "losses/base/reduce.h"
#include "losses/base/row.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

class CircleLoss final : public BatchLoss, public MasksValues {
 public:
  CircleLoss() = default;
  explicit CircleLoss(const CircleOptions& o) : gamma_(o.gamma), margin_(o.margin), remove_diagonal_(o.remove_diagonal) {}
  std::string class_name() const override { return "Circle"; }
  std::string key() const override { return "circle"; }
  void describe(ConfigVisitor& visitor) override {
    visitor.field("gamma", gamma_, 80.0);
    visitor.field("margin", margin_, 0.4);
    visitor.field("remove_diagonal", remove_diagonal_, true);
  }
  void check() const override {
    check_from(*this, "gamma", gamma_, 0);
    check_finite(*this, "margin", margin_);
  }
  Index target_width(Index) const override { return 1; }
  std::string bad_target(real y, Index) const override {
    if (y == std::floor(y) && std::abs(static_cast<double>(y)) <= 0x1p31) return {};
    return "a class is a whole number";
  }
  void check_output(const Shape& output) const override {
    if (output.rank() == 2) return;
    fail(Code::shape, "Circle compares samples by one embedding each, (samples, features); the model gives " + output.text() +
                          ".\n  fix: the last recurrent layer with return_sequences = false");
  }
  std::size_t scratch(const Shape& output, Index) const override {
    return static_cast<std::size_t>(checked_mul(output[0], static_cast<Index>(sizeof(Sample))));
  }

  double batch(const LossBatch& b) const noexcept override { return compared(b, b.mask); }
  double batch_as_keras(const LossBatch& b) const noexcept override { return compared(b, nullptr); }

 private:
  // mask: of those that others are compared with.
  double compared(const LossBatch& b, const std::uint8_t* mask) const noexcept {
    const auto seen = [&](Index j) { return !mask || mask[j]; };
    const Index n = b.samples(), width = b.width();
    Sample* samples = static_cast<Sample*>(b.scratch);
    Reducer reducer(reduction());
    for (Index i = 0; i < n; ++i) {
      Sample& s = samples[i] = {};
      if (b.counts(i)) {
        LogSum same, others;
        for (Index j = 0; j < n; ++j) {
          const double distance = seen(j) ? std::max(1 - product(b, i, j), 0.0) : 0.0;
          if (seen(j) && is_same(b, i, j)) same.add(as_same(distance));
          if (seen(j) && b.y[i] != b.y[j]) others.add(as_other(distance));
        }
        s.same = same.value();
        s.others = others.value();
        const double x = s.same + s.others;
        s.loss = s.same == nothing || s.others == nothing ? 0.0 : std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
      }
      // What float32 flushes to 0 is 0.
      s.counts = s.loss >= static_cast<double>(std::numeric_limits<float>::min()) || std::isnan(s.loss);
      reducer.see(s.counts, b.weight(i));
    }
    double sum = 0;
    for (Index i = 0; i < n; ++i) {
      if (samples[i].counts && b.weight(i) != 0) sum += b.weight(i) * samples[i].loss;
    }
    if (!b.d) return reducer.value(sum);
    std::fill_n(b.d, n * width, real(0));
    for (Index i = 0; i < n; ++i) {
      const Sample& s = samples[i];
      if (!s.counts || b.weight(i) == 0) continue;
      const double scale = b.factor * b.weight(i) * reducer.slope() / (1 + std::exp(-(s.same + s.others)));
      for (Index j = 0; j < n; ++j) {
        if (!seen(j)) continue;
        const double distance = 1 - product(b, i, j);
        if (!(distance > 0)) continue;
        double by = 0;
        if (is_same(b, i, j) && distance + margin_ > 0) by = std::exp(as_same(distance) - s.same) * 2 * gamma_ * distance;
        if (b.y[i] != b.y[j] && 1 + margin_ > distance)
          by = std::exp(as_other(distance) - s.others) * 2 * gamma_ * (distance - 1);
        for (Index k = 0; k < width; ++k) {
          const real a = b.yhat[i * width + k], c = b.yhat[j * width + k];
          b.d[i * width + k] -= static_cast<real>(scale * by * static_cast<double>(c));
          b.d[j * width + k] -= static_cast<real>(scale * by * static_cast<double>(a));
        }
      }
    }
    return reducer.value(sum);
  }

  struct Sample {
    double same = nothing, others = nothing, loss = 0;
    bool counts = false;
  };
  struct LogSum {
    double top = nothing, sum = 0;
    void add(double v) {
      if (v > top) {
        sum = sum * std::exp(top - v) + 1;
        top = v;
      } else {
        sum += std::exp(v - top);
      }
    }
    double value() const { return sum == 0 ? nothing : top + std::log(sum); }
  };
  static double product(const LossBatch& b, Index i, Index j) {
    const Index width = b.width();
    double sum = 0;
    for (Index k = 0; k < width; ++k)
      sum += static_cast<double>(b.yhat[i * width + k]) * static_cast<double>(b.yhat[j * width + k]);
    return sum;
  }
  bool is_same(const LossBatch& b, Index i, Index j) const { return b.y[i] == b.y[j] && (i != j || !remove_diagonal_); }
  double as_same(double d) const { return -gamma_ * std::max(margin_ + d, 0.0) * (margin_ - d); }
  double as_other(double d) const { return gamma_ * std::max(1 + margin_ - d, 0.0) * (1 - margin_ - d); }
  double gamma_ = 80, margin_ = 0.4;
  bool remove_diagonal_ = true;
};

std::shared_ptr<Loss> make() { return std::make_shared<CircleLoss>(); }

}  // namespace

Circle::Circle(const CircleOptions& options) : LossRef(reduced(std::make_shared<CircleLoss>(options), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, circle) {
  for (const char* name : {"circle", "Circle"}) register_loss(name, make);
}
