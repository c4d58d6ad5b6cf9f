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
  std::vector<double> absolute_, squares_;
};

}  // namespace rondo
