// The rules for axis names: see names.h and docs/shapes.md.
#include "core/names.h"

#include <algorithm>

namespace rondo {

AxisNames names_or_none(AxisNames names) {
  const bool none = std::all_of(names.begin(), names.end(), [](const std::string& name) { return name.empty(); });
  return none ? AxisNames() : names;
}

AxisNames agreed_names(const AxisNames& a, const AxisNames& b) {
  if (a.size() != b.size()) return {};
  AxisNames out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) out[i] = a[i];
  }
  return names_or_none(std::move(out));
}

AxisNames reshaped_names(const Shape& from, const AxisNames& names, const Shape& to) {
  if (names.empty() || from == to) return names;
  const std::vector<Index>&a = from.sizes(), &b = to.sizes();
  if (std::count(a.begin(), a.end(), 0) > 0) return {};  // no values, so no place in C order

  AxisNames out(b.size());
  // Both shapes are walked together; before[..] counts the values that precede one step of the axis (product of earlier sizes).
  // Equal product before and equal size: the axis survives.
  std::size_t i = 0, j = 0;
  Index before_a = 1, before_b = 1;
  const auto ones = [](const std::vector<Index>& sizes, std::size_t k) {
    std::size_t n = 0;
    while (k + n < sizes.size() && sizes[k + n] == 1) ++n;
    return n;
  };
  bool clean = true;  // nothing unmatched since the last survivor
  while (i < a.size() || j < b.size()) {
    const std::size_t n = ones(a, i), m = ones(b, j);
    const bool next_survives = (i + n == a.size() && j + m == b.size()) ||
                               (i + n < a.size() && j + m < b.size() && before_a == before_b && a[i + n] == b[j + m]);
    if (n == m && clean && next_survives) {
      for (std::size_t k = 0; k < n; ++k) out[j + k] = names[i + k];
    }
    i += n;
    j += m;
    if (i == a.size() || j == b.size()) break;
    if (before_a == before_b && a[i] == b[j]) {
      out[j] = names[i];
      before_a *= a[i++];
      before_b *= b[j++];
      clean = true;
    } else {  // step over the axis that ends first
      clean = false;
      const Index end_a = before_a * a[i], end_b = before_b * b[j];
      if (end_a <= end_b) before_a = end_a, ++i;
      if (end_b <= end_a) before_b = end_b, ++j;
    }
  }
  return names_or_none(std::move(out));
}

}  // namespace rondo
