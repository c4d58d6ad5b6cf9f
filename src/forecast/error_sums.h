// Sums of errors by step of the horizon, added to part by part: score() has one part, compare() many.
#pragma once

#include <vector>

#include "rondo/forecast/forecast.h"

namespace rondo {

class ErrorSums {
 public:
  explicit ErrorSums(Index steps);
  void add(const Forecast& forecast, const Part& part, Index target);
  Scores scores(double naive) const;

 private:
  Index samples_ = 0;
  std::vector<double> absolute_;
  // Of errors over 2^exponent_, that of the largest so far: also the squares of errors of 1e300 or 1e-300 are numbers.
  std::vector<double> squares_;
  int exponent_ = none;
  static constexpr int none = -2000;
};

}  // namespace rondo
