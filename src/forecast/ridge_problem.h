// The normal equations of one part, solved for as many alphas as are asked for.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "forecast/ridge_windows.h"
#include "rondo/forecast/ridge.h"

namespace rondo {

class RidgeProblem {
 public:
  explicit RidgeProblem(const Part& part);

  Index windows() const { return windows_.count(); }
  // The mean over the inputs of their sum of squares about their mean.
  double unit() const { return unit_; }
  // Multiply-adds of the factorisation.
  double cost() const;

  // For windows of `part`, evenly taken if they are very many: the mean absolute error under each alpha.
  void errors(const Part& part, std::span<const double> alphas, const std::function<void(std::span<const double>)>& each);
  Ridge solution(double alpha);

 private:
  Index size() const { return dual_ ? windows_.count() : windows_.inputs(); }
  Windows windows_;
  Means means_;
  bool dual_ = false;
  double unit_ = 0;
  std::optional<Matrix> right_;
  std::optional<Shifted> shifted_;
};

}  // namespace rondo
