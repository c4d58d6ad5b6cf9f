// Connectionist temporal classification (Graves 2006): the model gives logits of C classes for every time step, the target is a
// label l, classes 1 .. C - 1 followed by zeros; class 0 says nothing. With x = 0 l1 0 l2 ... 0 of S = 2 L + 1 symbols and
// log p = log softmax(yhat):
//   a[t, s] = log p[t, x[s]] + log(exp a[t-1, s] + exp a[t-1, s-1] + exp a[t-1, s-2] where x[s] is a class and not x[s-2])
//   loss = -log(exp a[T, S] + exp a[T, S-1])        b[t, s]: the same from the end, without p[t]
//   slope by yhat[t, k] = p[t, k] - sum over s with x[s] = k of exp(a[t, s] + b[t, s] + loss)
// A masked time step is left out, as if the sequence were shorter; a sample without any counts as masked.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/registry.h"
#include "losses/base/batch_loss.h"
#include "losses/base/reduce.h"
#include "losses/base/row.h"
#include "rondo/losses/classification.h"

namespace rondo {
namespace {

constexpr double never = -std::numeric_limits<double>::infinity();

double log_add(double a, double b) {
  const double top = std::max(a, b);
  return top == never ? never : top + std::log1p(std::exp(-std::abs(a - b)));
}

class CTCLoss final : public BatchLoss {
 public:
  std::string class_name() const override { return "CTC"; }
  std::string key() const override { return "ctc"; }
  void check_output(const Shape& output) const override {
    if (output.rank() != 3) {
      fail(Code::shape, "CTC takes logits of every time step, (samples, time steps, classes); the model gives " +
                            output.text() +
                            ".\n  fix: the last recurrent layer with return_sequences = true, then Dense(classes + 1)");
    }
    if (output[2] < 2)
      fail(Code::shape,
           "CTC: class 0 says nothing, so there must be two classes at least; the model gives " + std::to_string(output[2]));
  }
  Shape target_shape(const Shape& output) const override { return {output[0], None}; }
  std::string bad_targets(const real* y, Index n, std::span<const Index> sizes, const std::uint8_t* mask) const override {
    const Index classes = sizes[2], steps = mask ? std::count(mask, mask + sizes[1], 1) : sizes[1];
    if (steps == 0) return {};
    const Index length = label_length(y, n);
    Index least = length;
    for (Index i = 0; i < n; ++i) {
      const bool right = i < length
                             ? y[i] >= 1 && static_cast<double>(y[i]) < static_cast<double>(classes) && y[i] == std::floor(y[i])
                             : y[i] == 0;
      if (!right) return "a label is whole numbers from 1 to " + std::to_string(classes - 1) + ", followed by zeros";
      if (i > 0 && i < length && y[i] == y[i - 1]) ++least;
    }
    if (least <= steps) return {};
    return "a label, counted with a pause between equal neighbours, is not longer than the " + std::to_string(steps) +
           " time steps";
  }
  std::size_t scratch(const Shape& output, Index targets) const override {
    const Index symbols = checked_add(checked_mul(2, targets), 1);
    const Index numbers = checked_add(checked_mul(output[1], checked_add(symbols, output[2])), checked_mul(2, symbols));
    return static_cast<std::size_t>(checked_mul(checked_add(numbers, output[2]), static_cast<Index>(sizeof(double))));
  }

  double batch(const LossBatch& b) const noexcept override {
    const Index n = b.samples(), steps = b.sizes[1], classes = b.sizes[2];
    Reducer reducer(reduction());
    for (Index i = 0; i < n; ++i) {
      double weight = 0;
      const Index valid = count(b, i, weight);
      reducer.see(valid > 0, weight);
    }
    double sum = 0;
    if (b.d) std::fill_n(b.d, n * steps * classes, real(0));
    for (Index i = 0; i < n; ++i) {
      double weight = 0;
      if (count(b, i, weight) == 0 || weight == 0) continue;
      sum += weight * sample(b, i, b.factor * weight * reducer.slope());
    }
    return reducer.value(sum);
  }

 private:
  static Index label_length(const real* y, Index n) { return n - std::count(y, y + n, real(0)); }
  // How many time steps of sample i count, and the mean of their weights.
  static Index count(const LossBatch& b, Index i, double& weight) noexcept {
    const Index steps = b.sizes[1];
    Index valid = 0;
    for (Index r = i * steps; r < (i + 1) * steps; ++r) {
      if (!b.counts(r)) continue;
      ++valid;
      weight += b.weight(r);
    }
    if (valid > 0) weight /= static_cast<double>(valid);
    return valid;
  }

  static double sample(const LossBatch& b, Index i, double scale) noexcept {
    const Index steps = b.sizes[1], classes = b.sizes[2];
    const real* label = b.y + i * b.targets;
    const Index symbols = 2 * label_length(label, b.targets) + 1;
    double* a = static_cast<double*>(b.scratch);  // (steps, symbols)
    double* logs = a + steps * symbols;           // (steps, classes)
    double* after = logs + steps * classes;       // b[t], b[t + 1] with p[t + 1]
    double* ahead = after + symbols;
    double* share = ahead + symbols;  // of a class in one time step
    Index t = 0;                      // time steps that count
    const auto symbol = [&](Index s) { return s % 2 == 0 ? Index{0} : static_cast<Index>(label[s / 2]); };
    const auto jumps = [&](Index s) { return s >= 2 && symbol(s) != 0 && symbol(s) != symbol(s - 2); };
    for (Index step = 0; step < steps; ++step) {
      if (!b.counts(i * steps + step)) continue;
      const real* x = b.yhat + (i * steps + step) * classes;
      double* log_p = logs + t * classes;
      const double top = static_cast<double>(*std::max_element(x, x + classes));
      double all = 0;
      for (Index k = 0; k < classes; ++k) all += std::exp(static_cast<double>(x[k]) - top);
      for (Index k = 0; k < classes; ++k) log_p[k] = static_cast<double>(x[k]) - top - std::log(all);
      double *now = a + t * symbols, *before = now - symbols;
      for (Index s = 0; s < symbols; ++s) {
        double from = t == 0 ? (s <= 1 ? 0.0 : never) : before[s];
        if (t > 0 && s >= 1) from = log_add(from, before[s - 1]);
        if (t > 0 && jumps(s)) from = log_add(from, before[s - 2]);
        now[s] = from + log_p[symbol(s)];
      }
      ++t;
    }
    const double* last = a + (t - 1) * symbols;
    const double loss = -(symbols == 1 ? last[0] : log_add(last[symbols - 1], last[symbols - 2]));
    if (!b.d) return loss;
    for (Index s = 0; s < symbols; ++s) after[s] = s + 2 >= symbols ? 0.0 : never;
    for (Index step = steps; step-- > 0;) {
      if (!b.counts(i * steps + step)) continue;
      --t;
      const double* log_p = logs + t * classes;
      real* d = b.d + (i * steps + step) * classes;
      std::fill_n(share, classes, 0.0);
      for (Index s = 0; s < symbols; ++s) share[symbol(s)] += std::exp(a[t * symbols + s] + after[s] + loss);
      for (Index k = 0; k < classes; ++k) d[k] = static_cast<real>(scale * (std::exp(log_p[k]) - share[k]));
      for (Index s = 0; s < symbols; ++s) ahead[s] = after[s] + log_p[symbol(s)];
      for (Index s = 0; s < symbols; ++s) {
        double to = ahead[s];
        if (s + 1 < symbols) to = log_add(to, ahead[s + 1]);
        if (s + 2 < symbols && jumps(s + 2)) to = log_add(to, ahead[s + 2]);
        after[s] = to;
      }
    }
    return loss;
  }
};

std::shared_ptr<Loss> make() { return std::make_shared<CTCLoss>(); }

}  // namespace

CTC::CTC(const LossOptions& options) : LossRef(reduced(make(), options.reduction)) {}

}  // namespace rondo

RONDO_REGISTER(losses, ctc) {
  for (const char* name : {"ctc", "CTC"}) register_loss(name, make);
}
