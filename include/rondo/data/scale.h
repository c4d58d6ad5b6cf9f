// How columns are brought to a size a network can learn from, and back. Fitted on training rows by split(), and only there:
// there is no call that fits on everything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rondo/core/types.h"

namespace rondo {

// z = (v - reference) / scale, in double; the network sees z as `real`.
//   window    reference: the column's value in the window's last known row.
//             scale: root mean square of (v - reference) over the training windows: the rows before the last one, and for a
//             target the target rows too. So what the network reads and what it must answer have a size near 1, however far the
//             level has drifted since training; a plain standard deviation would be ruled by that drift.
//   standard  reference: mean of the training rows; scale: their standard deviation (division by n).
//   min_max   reference: minimum of the training rows; scale: their maximum minus minimum.
//   none      reference 0, scale 1.
// A column that is constant where it is fitted has scale 1. When the training windows hold more than four million values a
// column, `window` takes every k-th window, k fixed by the sizes alone.
enum class Normalize { window, standard, min_max, none };

std::string_view normalize_name(Normalize kind);  // "window", "standard", "min-max", "none"
Normalize normalize_from(std::string_view name);  // throws Error(value) with did-you-mean; takes min_max as well

// One column's fitted parameters. For `window`, reference is not used.
struct ColumnScale {
  std::string column;
  Normalize kind = Normalize::none;
  double reference = 0;
  double scale = 1;
  friend bool operator==(const ColumnScale&, const ColumnScale&) = default;
};

class Scaler {
 public:
  Scaler() = default;
  // Throws Error(value) if a scale is zero, negative or not finite, or a column comes twice.
  explicit Scaler(std::vector<ColumnScale> columns);
  const std::vector<ColumnScale>& columns() const { return columns_; }
  const ColumnScale& of(std::string_view column) const;  // throws Error(value)
  friend bool operator==(const Scaler&, const Scaler&) = default;

 private:
  std::vector<ColumnScale> columns_;
};

}  // namespace rondo
