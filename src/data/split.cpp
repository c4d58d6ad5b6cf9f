// Cuts rows first; windows and scales follow from the cuts.
#include "rondo/data/split.h"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "data/fit_scale.h"
#include "data/frame_data.h"
#include "data/text.h"
#include "rondo/core/error.h"

namespace rondo {

Part::Part(Frame frame, Scaler scaler)
    : frame_(std::move(frame)), scaler_(std::move(scaler)), last_(frame_.samples()), end_row_(frame_.rows()) {
  first_row_ = frame_.target_row(0);
  bind();
}

namespace {

// The first window, of all, whose target row + extra is not before `row`; targets of later windows lie later.
Index first_from(const FrameData& d, Index row, Index extra) {
  Index low = 0, high = d.samples;
  while (low < high) {
    const Index middle = low + (high - low) / 2;
    if (d.target_row(middle) + extra < row) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

Part::Part(Frame frame, Scaler scaler, Index first_row, Index end_row, Index train_rows)
    : frame_(std::move(frame)), scaler_(std::move(scaler)) {
  end_row_ = std::clamp<Index>(end_row, 0, frame_.rows());
  first_row_ = std::clamp<Index>(first_row, 0, end_row_);
  train_rows_ = std::clamp<Index>(train_rows, 0, frame_.rows());
  const FrameData& d = frame_.data();
  first_ = first_from(d, first_row_, 0);
  last_ = std::max(first_, first_from(d, end_row_, d.framing.horizon - 1));
  bind();
}

Part::Part(Frame frame, Scaler scaler, Index first, Index last, Index first_row, Index end_row, Index train_rows)
    : frame_(std::move(frame)),
      scaler_(std::move(scaler)),
      first_(first),
      last_(last),
      first_row_(first_row),
      end_row_(end_row),
      train_rows_(train_rows) {
  bind();
}

void Part::bind() {
  const auto maps = [&](const std::vector<std::shared_ptr<const Column>>& columns) {
    std::vector<Map> out;
    for (const auto& column : columns) {
      const ColumnScale& c = scaler_.of(column->name);
      out.push_back({c.kind == Normalize::window, c.reference, 1 / c.scale, c.scale});
    }
    return out;
  };
  features_ = maps(frame_.data().features);
  targets_ = maps(frame_.data().targets);
}

void Part::gather(std::span<const Index> ids, std::span<real* const> x, std::span<real* const> y) const noexcept {
  const FrameData& d = frame_.data();
  const auto copy = [](const std::vector<std::shared_ptr<const Column>>& columns, const std::vector<Map>& maps, Index first,
                       Index count, Index last_row, real* to) {
    const std::size_t width = columns.size();
    for (std::size_t c = 0; c < width; ++c) {
      const double* const v = columns[c]->numbers.data();
      const double reference = maps[c].window ? v[last_row] : maps[c].reference;
      const double inverse = maps[c].inverse;
      real* out = to + c;
      for (Index r = first; r < first + count; ++r, out += width) *out = static_cast<real>((v[r] - reference) * inverse);
    }
    return to + static_cast<std::size_t>(count) * width;
  };
  real* to = x.empty() ? nullptr : x[0];
  for (std::size_t i = 0; to != nullptr && i < ids.size(); ++i) {
    const Index sample = first_ + ids[i];
    to = copy(d.features, features_, d.start(sample), d.framing.lookback, d.last_row(sample), to);
  }
  to = y.empty() ? nullptr : y[0];
  for (std::size_t i = 0; to != nullptr && i < ids.size(); ++i) {
    const Index sample = first_ + ids[i];
    to = copy(d.targets, targets_, d.target_row(sample), d.framing.horizon, d.last_row(sample), to);
  }
}

Part Part::slice(Index first, Index count) const {
  if (first < 0 || count < 0 || first > samples() || count > samples() - first) {
    fail(Code::value, "no windows " + std::to_string(first) + " and " + std::to_string(count) + " from there: the part has " +
                          grouped(samples()) + ".");
  }
  Part out = *this;
  out.first_ = first_ + first;
  out.last_ = out.first_ + count;
  return out;
}

void Part::check(Index sample, Index step, Index target) const {
  const Framing& f = frame_.framing();
  if (sample >= 0 && sample < samples() && step >= 0 && step < f.horizon && target >= 0 &&
      target < static_cast<Index>(f.targets.size()))
    return;
  fail(Code::value, "no value (" + std::to_string(sample) + ", " + std::to_string(step) + ", " + std::to_string(target) +
                        ") among (samples, steps, targets) = " +
                        Shape{samples(), f.horizon, static_cast<Index>(f.targets.size())}.text() + ".");
}

double Part::truth(Index sample, Index step, Index target) const {
  check(sample, step, target);
  const FrameData& d = frame_.data();
  return d.targets[static_cast<std::size_t>(target)]->numbers[static_cast<std::size_t>(d.target_row(first_ + sample) + step)];
}

double Part::original(double z, Index sample, Index target) const {
  check(sample, 0, target);
  const FrameData& d = frame_.data();
  const Map& map = targets_[static_cast<std::size_t>(target)];
  const double* const v = d.targets[static_cast<std::size_t>(target)]->numbers.data();
  return z * map.scale + (map.window ? v[d.last_row(first_ + sample)] : map.reference);
}

std::string Part::text() const {
  if (first_row_ >= end_row_) return "no rows";
  const auto named = [&](Index row) { return escaped(frame_.label(row).substr(0, 40)); };
  std::string out = "rows " + grouped(first_row_) + " .. " + grouped(end_row_ - 1);
  if (!frame_.label(first_row_).empty()) out += " (" + named(first_row_) + " .. " + named(end_row_ - 1) + ")";
  return out + ", " + grouped(samples()) + (samples() == 1 ? " window" : " windows");
}

std::string Split::text() const {
  return "train       " + train.text() + "\nvalidation  " + validation.text() + "\ntest        " + test.text() +
         "\nnormalisation '" + std::string(normalize_name(train.frame().framing().normalize)) +
         "', fitted on the training part";
}

std::ostream& operator<<(std::ostream& out, const Split& split) { return out << split.text(); }

Split split(const Frame& frame, const SplitOptions& options) {
  const double fractions[] = {options.train, options.validation, options.test};
  const char* const names[] = {"train", "validation", "test"};
  const std::string said =
      number_text(options.train) + ", " + number_text(options.validation) + ", " + number_text(options.test);
  double sum = 0;
  for (const double fraction : fractions) {
    if (!(fraction >= 0 && fraction <= 1)) {
      fail(Code::value, "split fractions {" + said +
                            "}: each must lie between 0 and 1, and together they must be 1: {0.70, 0.15, 0.15}, say.");
    }
    sum += fraction;
  }
  if (std::fabs(sum - 1) > 1e-6) {
    fail(Code::value,
         "split fractions {" + said + "} make " + number_text(sum) + "; together they must be 1: {0.70, 0.15, 0.15}, say.");
  }
  const FrameData& d = frame.data();
  const auto cut = [&](double fraction) {  // 0.7 * 10 rows is 7, though the product is 6.999...
    return std::clamp<Index>(static_cast<Index>(std::floor(fraction * static_cast<double>(d.rows) + 1e-6)), 0, d.rows);
  };
  const Index rows[] = {0, cut(options.train), options.test == 0 ? d.rows : cut(options.train + options.validation), d.rows};
  // Each part is a run of windows.
  Index first[3], last[3];
  for (int p = 0; p < 3; ++p) {
    first[p] = first_from(d, rows[p], 0);
    last[p] = std::max(first[p], first_from(d, rows[p + 1], d.framing.horizon - 1));
    if (rows[p] == rows[p + 1]) last[p] = first[p];
    if (first[p] == last[p] && (fractions[p] > 0 || p == 0)) {
      const Index need = d.framing.lookback + d.framing.gap + d.framing.horizon;
      if (rows[p] == rows[p + 1]) {
        fail(Code::value, std::string("the ") + names[p] + " part holds no window: its fraction of " + grouped(d.rows) +
                              " rows is less than one row. Give it a larger fraction, or bring more rows.");
      }
      fail(Code::value,
           std::string("the ") + names[p] + " part holds no window: rows " + grouped(rows[p]) + " to " +
               grouped(rows[p + 1] - 1) + " of " + grouped(d.rows) + " must hold " +
               (p == 0 ? "lookback + gap + horizon = " + grouped(need) : "horizon = " + grouped(d.framing.horizon)) +
               " rows in a row" + (d.starts.empty() ? "" : " without a missing value") +
               (d.framing.stride > 1 ? ", and windows begin only every stride = " + grouped(d.framing.stride) + " rows" : "") +
               ". Give it a larger fraction, shorten the window, or bring more rows.");
    }
  }
  std::vector<ColumnScale> scales;
  for (const auto& column : d.targets) scales.push_back(fit_scale(*column, true, d, last[0], rows[1]));
  for (const auto& column : d.features) {
    const bool known =
        std::any_of(scales.begin(), scales.end(), [&](const ColumnScale& c) { return c.column == column->name; });
    if (!known) scales.push_back(fit_scale(*column, false, d, last[0], rows[1]));
  }
  const Scaler scaler(std::move(scales));
  const auto part = [&](int p) { return Part(frame, scaler, first[p], last[p], rows[p], rows[p + 1], rows[1]); };
  return {part(0), part(1), part(2)};
}

}  // namespace rondo
