#include "rondo/data/scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "data/fit_scale.h"
#include "data/text.h"
#include "rondo/core/error.h"

namespace rondo {
namespace {

constexpr std::array names = {"window", "standard", "min-max", "none"};
constexpr Index enough_values = 4'000'000;  // of one column: more do not change an estimate of a scale

// A spread that is nothing but rounding (a column of 0.1 has one, 1e-17) counts as constant.
double safe(double scale, double largest) {
  const bool constant = !(scale > 8 * std::numeric_limits<double>::epsilon() * largest) || !std::isfinite(scale);
  return constant ? 1.0 : scale;
}

// sum of (v - reference)^2 without overflow for values up to 1e300: scaled by the largest of the column.
double window_scale(const Column& column, bool target, const FrameData& d, Index samples, double largest) {
  const Framing& f = d.framing;
  const Index per_window = std::max<Index>(1, f.lookback - 1 + (target ? f.horizon : 0));
  const Index every =
      std::max<Index>(1, (samples + enough_values / per_window) / std::max<Index>(1, enough_values / per_window));
  const double* const v = column.numbers.data();
  double sum = 0;
  Index count = 0;
  for (Index i = 0; i < samples; i += every) {
    const Index first = d.start(i), last = d.last_row(i), y = d.target_row(i);
    const double reference = v[last] / largest;
    double part = 0;
    for (Index r = first; r < last; ++r) {
      const double z = v[r] / largest - reference;
      part += z * z;
    }
    for (Index r = y; target && r < y + f.horizon; ++r) {
      const double z = v[r] / largest - reference;
      part += z * z;
    }
    sum += part;
    count += f.lookback - 1 + (target ? f.horizon : 0);
  }
  return count == 0 ? 0.0 : std::sqrt(sum / static_cast<double>(count)) * largest;
}

}  // namespace

std::string_view normalize_name(Normalize kind) { return names[static_cast<std::size_t>(kind)]; }

Normalize normalize_from(std::string_view name) {
  if (name == "min_max") return Normalize::min_max;
  std::vector<std::string> known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name == names[i]) return static_cast<Normalize>(i);
    known.emplace_back(names[i]);
  }
  fail(Code::value,
       "unknown normalisation " + in_quotes(name) + "." + did_you_mean(name, known) + " Known: " + listed(known) + ".");
}

Scaler::Scaler(std::vector<ColumnScale> columns) : columns_(std::move(columns)) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const ColumnScale& c = columns_[i];
    if (!(c.scale > 0) || !std::isfinite(c.scale) || !std::isfinite(1 / c.scale) || !std::isfinite(c.reference)) {
      fail(Code::value, "the scale of column " + in_quotes(c.column) + " is not a positive, finite number.");
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (columns_[j].column == c.column) fail(Code::value, "column " + in_quotes(c.column) + " has two scales.");
    }
  }
}

const ColumnScale& Scaler::of(std::string_view column) const {
  for (const ColumnScale& c : columns_) {
    if (c.column == column) return c;
  }
  fail(Code::value, "no scale was fitted for column " + in_quotes(column) + ".");
}

ColumnScale fit_scale(const Column& column, bool target, const FrameData& d, Index samples, Index rows) {
  ColumnScale out{column.name, d.framing.normalize, 0.0, 1.0};
  if (out.kind == Normalize::none) return out;
  // Values left out by Missing::drop are not finite; they do not count.
  double low = 0, high = 0;
  Index count = 0;
  for (Index r = 0; r < rows; ++r) {
    const double v = column.numbers[static_cast<std::size_t>(r)];
    if (!std::isfinite(v)) continue;
    low = count == 0 ? v : std::min(low, v);
    high = count == 0 ? v : std::max(high, v);
    ++count;
  }
  if (count == 0 || low == high) {
    if (out.kind != Normalize::window) out.reference = low;
    return out;
  }
  const double largest = std::max(std::fabs(low), std::fabs(high));
  switch (out.kind) {
    case Normalize::none:
      break;
    case Normalize::window:
      out.scale = safe(window_scale(column, target, d, samples, largest), largest);
      break;
    case Normalize::min_max:
      out.reference = low;
      out.scale = safe(high - low, largest);
      break;
    case Normalize::standard: {
      double mean = 0, squares = 0;
      for (const int pass : {0, 1}) {
        double sum = 0;
        for (Index r = 0; r < rows; ++r) {
          const double v = column.numbers[static_cast<std::size_t>(r)];
          if (!std::isfinite(v)) continue;
          const double z = v / largest - mean;
          sum += pass == 0 ? z : z * z;
        }
        (pass == 0 ? mean : squares) = sum / static_cast<double>(count);
      }
      out.reference = mean * largest;
      out.scale = safe(std::sqrt(squares) * largest, largest);
      break;
    }
  }
  return out;
}

}  // namespace rondo
