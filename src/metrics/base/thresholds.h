// Counts of what is said at many thresholds and what is so, from which ratios and curves are made. A number says yes at the
// thresholds below it. Thresholds i / (n - 1) are told apart as Keras does, by ceil(v (n - 1)) in the precision of v, with v
// brought between 0 and 1 first; others by comparing.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "rondo/core/types.h"

namespace rondo {

struct Counts {
  double tp = 0, fp = 0, tn = 0, fn = 0;
};

inline double ratio(double a, double b) { return b == 0 ? 0.0 : a / b; }

class ThresholdCounts {
 public:
  // beyond: the first threshold lies below everything and the last above (AUC's); the numbers given lie between these two.
  void set(std::vector<double> thresholds, bool beyond = false, bool even = false) {
    if (beyond) {
      thresholds.insert(thresholds.begin(), 0.0);
      thresholds.push_back(1.0);
    }
    even_ = even || evenly_spaced(thresholds);
    beyond_ = beyond;
    if (beyond) {
      thresholds.front() -= 1e-7;
      thresholds.back() += 1e-7;
    }
    place_.resize(thresholds.size());
    std::iota(place_.begin(), place_.end(), std::size_t{0});
    std::stable_sort(place_.begin(), place_.end(), [&](std::size_t a, std::size_t b) { return thresholds[a] < thresholds[b]; });
    sorted_.clear();
    for (const std::size_t i : place_) sorted_.push_back(static_cast<real>(thresholds[i]));
    std::vector<std::size_t> inverse(place_.size());
    for (std::size_t i = 0; i < place_.size(); ++i) inverse[place_[i]] = i;
    place_ = std::move(inverse);
    columns(1);
  }
  void columns(Index n) {
    positive_.assign((size() + 1) * static_cast<std::size_t>(n), 0.0);
    negative_ = positive_;
  }
  void reset() noexcept {
    std::fill(positive_.begin(), positive_.end(), 0.0);
    std::fill(negative_.begin(), negative_.end(), 0.0);
  }
  std::size_t size() const noexcept { return sorted_.size(); }

  void add(real v, bool so, double weight, std::size_t column = 0) noexcept {
    (so ? positive_ : negative_)[column * (size() + 1) + below(v)] += weight;
  }
  // Of the threshold that was given as number i.
  Counts at(std::size_t i, std::size_t column = 0) const noexcept {
    Counts c;
    each(column, [&](std::size_t sorted, const Counts& counts) {
      if (sorted == place_[i]) c = counts;
    });
    return c;
  }
  // use(number, counts) of every threshold in order of size, from the largest on.
  template <class Use>
  void each(std::size_t column, const Use& use) const noexcept {
    const std::size_t n = size() + 1;
    const double *positive = positive_.data() + column * n, *negative = negative_.data() + column * n;
    Counts c;
    c.fn = std::accumulate(positive, positive + n, 0.0);
    c.tn = std::accumulate(negative, negative + n, 0.0);
    const Counts all = c;
    for (std::size_t i = size(); i-- > 0;) {
      c.tp += positive[i + 1];
      c.fp += negative[i + 1];
      use(i, Counts{c.tp, c.fp, all.tn - c.fp, all.fn - c.tp});
    }
  }

 private:
  static bool evenly_spaced(const std::vector<double>& t) {
    if (t.size() < 3) return false;
    for (std::size_t i = 0; i < t.size(); ++i) {
      const double want = static_cast<double>(i) / static_cast<double>(t.size() - 1);
      if (!(std::abs(t[i] - want) <= 1e-7 + 1e-5 * want)) return false;
    }
    return true;
  }
  // How many thresholds lie below v.
  std::size_t below(real v) const noexcept {
    if (!even_) return static_cast<std::size_t>(std::lower_bound(sorted_.begin(), sorted_.end(), v) - sorted_.begin());
    const real at = std::ceil(std::clamp(v, real(0), real(1)) * static_cast<real>(size() - 1));
    return at > 0 ? static_cast<std::size_t>(at) : beyond_ ? 1 : 0;
  }

  bool even_ = false, beyond_ = false;
  std::vector<real> sorted_;
  std::vector<std::size_t> place_;           // of the threshold given as number i
  std::vector<double> positive_, negative_;  // by column, then by how many thresholds lie below
};

}  // namespace rondo
