// Rows of a batch, or runs along another axis, to one number: what losses that are made of rows share.
#include "losses/base/reduce.h"

#include <algorithm>

#include "rondo/core/error.h"

namespace rondo {

namespace {

const std::vector<std::string> reductions = {"sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"};

// The same axis, counted from 0.
std::size_t from_zero(Index axis, std::size_t rank) {
  return static_cast<std::size_t>(axis < 0 ? axis + static_cast<Index>(rank) : axis);
}

}  // namespace

Reduction reduction_of(const std::string& name) {
  const auto at = std::find(reductions.begin(), reductions.end(), name == "None" ? "none" : name);
  if (at != reductions.end()) return static_cast<Reduction>(at - reductions.begin());
  std::string known;
  for (const std::string& one : reductions) known += (known.empty() ? "\"" : ", \"") + one + "\"";
  fail(Code::value, "unknown reduction \"" + escaped(name) + "\"." + did_you_mean(name, reductions) + "\n  known: " + known);
}

std::string name_of(Reduction reduction) { return reductions[static_cast<std::size_t>(reduction)]; }

Shape Loss::target_shape(const Shape& output) const {
  const std::size_t at = from_zero(axis(), static_cast<std::size_t>(output.rank()));
  const Index width = output[static_cast<Index>(at)];
  if (static_cast<Index>(at) == output.rank() - 1) {
    Shape targets = output;
    targets[-1] = target_width(width);
    return targets;
  }
  if (target_width(2) == 2) return output;
  Shape targets;  // one class for every run along the axis
  for (Index a = 0; a < output.rank(); ++a)
    if (a != static_cast<Index>(at)) targets.push_back(output[a]);
  return targets;
}

void Loss::check_output(const Shape& output) const {
  const Index at = axis() < 0 ? axis() + output.rank() : axis();
  if (at < 1 || at >= output.rank()) {
    fail(Code::shape, class_name() + ": axis " + std::to_string(axis()) + " of the model's output " + output.text() +
                          (at == 0 ? " is the samples', which are compared one by one" : " does not exist") +
                          ".\n  fix: axis = -1, or one from 1 to " + std::to_string(output.rank() - 1));
  }
  if (output[at] != None) check_width(output[at]);
}

void Loss::check_masked(const Shape& output) const {
  if (axis() == -1 || axis() == output.rank() - 1) return;
  fail(Code::shape, class_name() + ": axis " + std::to_string(axis()) + " runs across the rows of " + output.text() +
                        ", of which a mask leaves some out.\n  fix: axis = -1, or a model without Masking and mask_zero");
}

std::string Loss::bad_targets(const real* y, Index n, std::span<const Index> sizes, const std::uint8_t* mask) const {
  const std::size_t at = from_zero(axis(), sizes.size());
  const Index width = sizes[at], each = std::max<Index>(1, target_width(width));
  for (Index i = 0; i < n; ++i) {
    if (mask && at + 1 == sizes.size() && !mask[i / each]) continue;
    if (std::string wanted = bad_target(y[i], width); !wanted.empty()) return wanted;
  }
  return {};
}

std::size_t Loss::scratch(const Shape& output, Index) const {
  const std::size_t at = from_zero(axis(), static_cast<std::size_t>(output.rank()));
  if (static_cast<Index>(at) == output.rank() - 1) return 0;
  return static_cast<std::size_t>(checked_mul(output[static_cast<Index>(at)], 3 * static_cast<Index>(sizeof(real))));
}

double Loss::batch(const LossBatch& b) const noexcept {
  if (const std::size_t at = from_zero(axis(), b.sizes.size()); at + 1 != b.sizes.size()) return along_axis(b, at);
  const Index rows = b.rows(), width = b.width(), each = target_width(width);
  const auto counts = [&](Index r) { return b.counts(r) && this->counts(b.y + r * each); };
  const Loss* use = for_zeros_and_ones();
  Reducer reducer(reduction_);
  for (Index r = 0; r < rows; ++r) {
    const bool valid = counts(r);
    reducer.see(valid, b.weight(r));
    if (!valid) continue;
    for (Index i = 0; use && i < each; ++i) {
      if (const real v = b.y[r * each + i]; v != 0 && v != 1) use = nullptr;
    }
  }
  if (!use) use = this;
  const double scale = b.factor * reducer.slope();
  double sum = 0;
  for (Index r = 0; r < rows; ++r) {
    real* dr = b.d ? b.d + r * width : nullptr;
    const double weight = b.weight(r);
    if (!counts(r) || weight == 0) {
      if (dr) std::fill_n(dr, width, real(0));
      continue;
    }
    sum += weight * use->row(b.y + r * each, b.yhat + r * width, width, dr, scale * weight);
  }
  return reducer.value(sum);
}

// Each run along the axis is gathered, and its gradient scattered; its weight is the mean of those of its sample's rows.
double Loss::along_axis(const LossBatch& b, std::size_t axis) const noexcept {
  Index inner = 1, outer = 1;
  for (std::size_t a = axis + 1; a < b.sizes.size(); ++a) inner *= b.sizes[a];
  for (std::size_t a = 0; a < axis; ++a) outer *= b.sizes[a];
  const Index n = b.sizes[axis], each = target_width(n), samples = b.samples(), rows = b.rows();
  const Index runs = outer * inner, a_sample = samples == 0 ? 0 : runs / samples;
  real* y = static_cast<real*>(b.scratch);
  real *yhat = y + n, *d = yhat + n;
  const auto weight = [&](Index run) {
    if (!b.weights) return 1.0;
    const Index per = rows / samples, first = run / a_sample * per;
    double sum = 0;
    for (Index r = first; r < first + per; ++r) sum += b.weight(r);
    return sum / static_cast<double>(per);
  };
  const auto gather_y = [&](Index run) {
    if (each == 1 && n != 1) {
      y[0] = b.y[run];
      return;
    }
    const Index first = run / inner * n * inner + run % inner;
    for (Index i = 0; i < n; ++i) y[i] = b.y[first + i * inner];
  };
  Reducer reducer(reduction_);
  for (Index run = 0; run < runs; ++run) {
    gather_y(run);
    reducer.see(counts(y), weight(run));
  }
  double sum = 0;
  for (Index run = 0; run < runs; ++run) {
    const Index first = run / inner * n * inner + run % inner;
    const double w = weight(run);
    gather_y(run);
    const bool valid = counts(y) && w != 0;
    std::fill_n(d, n, real(0));
    if (valid) {
      for (Index i = 0; i < n; ++i) yhat[i] = b.yhat[first + i * inner];
      sum += w * row(y, yhat, n, b.d ? d : nullptr, b.factor * w * reducer.slope());
    }
    for (Index i = 0; b.d && i < n; ++i) b.d[first + i * inner] = d[i];
  }
  return reducer.value(sum);
}

}  // namespace rondo
